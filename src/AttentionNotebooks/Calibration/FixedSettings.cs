using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>A calibration's settings as tensors. A layer that is left as it is costs nothing and changes no bit.</summary>
internal sealed class FixedSettings(ModelCalibration calibration, Device device) : ILayerSettings
{
    public Tensor? Scales(int layer) => Column(layer, h => h.Scale, HeadCalibration.Identity.Scale);

    public Tensor? SpecialBiases(int layer) => Column(layer, h => h.SpecialBias, HeadCalibration.Identity.SpecialBias);

    public Tensor? Gates(int layer) => Column(layer, h => h.Gate, HeadCalibration.Identity.Gate);

    public Tensor? Biases(int layer, int length)
    {
        var heads = Layer(layer);
        if (heads.All(h => h.Priors.Count == 0)) return null;
        int width = 2 * length - 1;
        var values = new float[heads.Length * width];
        for (int h = 0; h < heads.Length; h++)
        {
            if (heads[h].Priors.Count == 0) continue;
            for (int o = 0; o < width; o++) values[h * width + o] = (float)heads[h].Bias(o - length + 1);
        }
        return tensor(values, [heads.Length, width], device: device);
    }

    private HeadCalibration[] Layer(int layer) => [.. calibration.Heads.Skip(layer * calibration.Grid.Heads).Take(calibration.Grid.Heads)];

    private Tensor? Column(int layer, Func<HeadCalibration, double> of, double identity)
    {
        var values = Layer(layer).Select(of).ToArray();
        return values.All(v => v == identity) ? null
            : tensor(Array.ConvertAll(values, v => (float)v), [values.Length, 1, 1], device: device);
    }
}
