using System.Reflection;
using System.Reflection.Emit;
using TorchSharp;

namespace AttentionNotebooks.Tests.Architecture;

/// <summary>
/// No method makes a temporary <see cref="Scalar"/>: its finaliser can run while the native call still reads it, and under
/// pressure of garbage collection that ends in "Scalar.h: toFloat". A number that goes into native calls is held by a field, or
/// by a variable that <see cref="GC.KeepAlive"/> keeps. Read from the compiled code, so that no spelling hides one.
/// </summary>
public class TemporaryScalarTests
{
    private const int Depth = 3; // of calls within TorchSharp, such as a + b → add(b) → add(b, 1)

    private static readonly Dictionary<short, OpCode> Codes =
        typeof(OpCodes).GetFields().Select(f => (OpCode)f.GetValue(null)!).ToDictionary(c => c.Value);

    private static readonly Dictionary<MethodBase, bool> Known = [];

    [Theory]
    [InlineData("AttentionNotebooks"), InlineData("AttentionNotebooks.Training"), InlineData("AttentionNotebooks.Interactive")]
    [InlineData("AttentionNotebooks.Runner"), InlineData("attn")]
    public void No_method_makes_a_temporary_scalar(string assembly)
    {
        string[] found = [.. Methods(Assembly.Load(assembly))
            .SelectMany(m => Temporaries(m).Select(c => $"{m.DeclaringType}.{m.Name}: {c}")).Distinct()];
        Assert.True(found.Length == 0, string.Join('\n', found));
    }

    [Theory]
    [InlineData(nameof(Samples.Sum), "op_Addition"), InlineData(nameof(Samples.Half), "op_Implicit")]
    [InlineData(nameof(Samples.Named), "ToScalar"), InlineData(nameof(Samples.Number), "item")]
    [InlineData(nameof(Samples.Square), "square"), InlineData(nameof(Samples.OneMore), "add")]
    public void Such_methods_are_found(string method, string call) =>
        Assert.Contains(Temporaries(typeof(Samples).GetMethod(method)!), c => c.Name == call);

    [Theory]
    [InlineData(nameof(Samples.Kept)), InlineData(nameof(Samples.Captured)), InlineData(nameof(Samples.Plain))]
    public void Numbers_that_are_held_are_not_found(string method) =>
        Assert.Empty(Temporaries(typeof(Samples).GetMethod(method)!));

    // The calls of a method that leave a scalar to the garbage collector, here or within TorchSharp. Where item makes its own does
    // not show in the code that it calls by name.
    private static IEnumerable<MethodBase> Temporaries(MethodBase method)
    {
        var calls = Calls(method).ToArray();
        bool keeps = method.IsConstructor || calls.Any(c => c.Method.DeclaringType == typeof(GC) && c.Method.Name == nameof(GC.KeepAlive));
        return calls.Where(c => IsConversion(c.Method)
            ? !keeps && c.Next != OpCodes.Stfld && c.Next != OpCodes.Ret
            : IsOfTensors(c.Method) && (c.Method.Name == "item" || MakesOne(c.Method, Depth))).Select(c => c.Method);
    }

    private static bool MakesOne(MethodBase method, int depth)
    {
        if (Known.TryGetValue(method, out bool known)) return known;
        Known[method] = false;
        return Known[method] = Calls(method).Any(c => IsConversion(c.Method)
            || (c.Method.DeclaringType == typeof(Scalar) && c.Method.IsConstructor)
            || (depth > 0 && IsOfTensors(c.Method) && MakesOne(c.Method, depth - 1)));
    }

    private static bool IsOfTensors(MethodBase call) =>
        call.DeclaringType == typeof(torch.Tensor) || call.DeclaringType == typeof(TensorExtensionMethods);

    private static bool IsConversion(MethodBase call) =>
        (call.DeclaringType == typeof(Scalar) && call.Name == "op_Implicit")
        || (call.DeclaringType == typeof(ScalarExtensionMethods) && call.Name == "ToScalar");

    private static IEnumerable<MethodBase> Methods(Assembly assembly)
    {
        const BindingFlags Own = BindingFlags.DeclaredOnly
            | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        // What a static constructor makes is held by a static field.
        return assembly.GetTypes().SelectMany(t => t.GetMethods(Own).Concat<MethodBase>(t.GetConstructors(Own).Where(c => !c.IsStatic)));
    }

    // The methods that a method calls, each with the instruction behind the call.
    private static IEnumerable<(MethodBase Method, OpCode Next)> Calls(MethodBase method)
    {
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } code) yield break;
        Type[]? ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (int at = 0; at < code.Length;)
        {
            var op = Code(code, ref at);
            int operand = at;
            at += op.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
                _ => 4,
            };
            if (op.OperandType != OperandType.InlineMethod) continue;
            int next = at;
            if (method.Module.ResolveMethod(BitConverter.ToInt32(code, operand), ofType, ofMethod) is { } called)
                yield return (called, at < code.Length ? Code(code, ref next) : OpCodes.Nop);
        }
    }

    private static OpCode Code(byte[] code, ref int at)
    {
        short value = code[at++];
        return Codes[value == 0xFE ? (short)(value << 8 | code[at++]) : value];
    }

    private static class Samples
    {
        private static readonly Scalar One = 1.0;

        public static torch.Tensor Sum(torch.Tensor a) => a + a;

        public static torch.Tensor Half(torch.Tensor a) => a.mul(0.5);

        public static torch.Tensor Named(torch.Tensor a) => a.mul(0.5.ToScalar());

        public static float Number(torch.Tensor a) => a.item<float>();

        public static torch.Tensor Square(torch.Tensor a) => a.square();

        public static torch.Tensor OneMore(torch.Tensor a) => a.add(One);

        public static torch.Tensor Kept(torch.Tensor a, double by)
        {
            Scalar factor = by;
            var result = a.mul(factor);
            GC.KeepAlive(factor);
            return result;
        }

        public static Func<torch.Tensor, torch.Tensor> Captured(double by)
        {
            Scalar factor = by;
            return a => a.mul(factor);
        }

        public static torch.Tensor Plain(torch.Tensor a) => a.add(a, One) * a.sum(dim: 0);
    }
}
