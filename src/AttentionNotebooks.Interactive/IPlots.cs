namespace AttentionNotebooks;

/// <summary>
/// The charts of the kit; a notebook has them as <see cref="Kit.Plot"/>. Every chart says in its caption what to see,
/// unless it is given another one. Layers and heads count from 0. Colours differ for colour-blind eyes too,
/// and clusters also by symbol or number. A value that is not a number leaves a gap.
/// </summary>
/// <remarks>Only framework types, types of the core and <see cref="Figure"/> stand here: the class behind it lives in a load context of its
/// own.</remarks>
/// <example><code>
/// var bert = HeadTable.Read(Kit.DataPath("bert-base/heads.csv"));
/// Kit.Plot.Distribution(bert, "mean_distance", "How far the heads look", "Most heads look 8 to 14 tokens far.")
/// </code></example>
public partial interface IPlots
{
    /// <summary>
    /// One head's attention on one text: a heatmap, queries downwards, keys to the right; the darker, the more. The pointer
    /// marks a row and a column and describes both. Where the text has special tokens, buttons show the map with or without
    /// them, in a saved page too; no weight is changed by that, so rows without them sum to less than 1.
    /// </summary>
    /// <param name="map">Attention probabilities <c>[queries, keys]</c>, square.</param>
    /// <param name="tokens">One token per row; tokens may repeat.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see; by default, how to read the map.</param>
    /// <exception cref="ArgumentException">The map is not square, empty, or has another size than the tokens.</exception>
    Figure AttentionMap(float[,] map, IReadOnlyList<string> tokens, string title, string? caption = null);

    /// <inheritdoc cref="AttentionMap(float[,], IReadOnlyList{string}, string, string?)"/>
    Figure AttentionMap(double[,] map, IReadOnlyList<string> tokens, string title, string? caption = null);

    /// <summary>Several heads on one text: small maps with one colour scale and one pair of axes.</summary>
    /// <param name="maps">Attention probabilities <c>[queries, keys]</c> per head; 1 to 24 of them, all of the tokens' size.</param>
    /// <param name="names">The title over each map, e.g. <c>7-9</c>.</param>
    /// <param name="tokens">One token per row; tokens may repeat.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    /// <exception cref="ArgumentException">The numbers or sizes do not fit one another.</exception>
    Figure HeadMaps(IReadOnlyList<float[,]> maps, IReadOnlyList<string> names, IReadOnlyList<string> tokens, string title,
        string? caption = null);

    /// <summary>One column over all heads, with its unit: a heatmap, heads to the right, layers upwards as the text rises through the
    /// model.</summary>
    /// <param name="table">The heads and their features.</param>
    /// <param name="feature">The feature's name.</param>
    /// <param name="title">What is drawn; by default the feature's name.</param>
    /// <param name="caption">What to see; by default the extremes.</param>
    /// <param name="diverging">For values around 0, such as changes: two colours with white at 0.</param>
    /// <exception cref="InputException">There is no such feature.</exception>
    Figure HeadGrid(HeadTable table, string feature, string? title = null, string? caption = null, bool diverging = false);

    /// <summary>How a column is spread over the heads, with its unit: a histogram, and below it every head as a point in its layer's
    /// row.</summary>
    /// <param name="table">The heads and their features.</param>
    /// <param name="feature">The feature's name.</param>
    /// <param name="title">What is drawn; by default the feature's name.</param>
    /// <param name="caption">What to see.</param>
    /// <exception cref="InputException">There is no such feature, or it has no value in any head.</exception>
    Figure Distribution(HeadTable table, string feature, string? title = null, string? caption = null);

    /// <summary>Columns by layer, a panel each, side by side: every head is a point at its layer, by number from left to right, and a line
    /// joins the means of the layers. Where the values of the texts are known, bars are the 95 % interval of the mean over texts.</summary>
    /// <param name="table">The heads and their features.</param>
    /// <param name="features">The features' names, six at most.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see; by default the highest and the lowest layer.</param>
    /// <param name="band">Whether a band shows one standard deviation of the layer's heads on both sides of their mean; by default only
    /// where no interval over texts is known.</param>
    /// <param name="references">Values to compare with, such as 1 for a ratio to uniform attention: a dashed line each, in the panel of
    /// the feature.</param>
    /// <exception cref="InputException">There is no such feature.</exception>
    /// <exception cref="ArgumentException">There is no feature or there are too many, one has no value in any head, or a reference is of
    /// another.</exception>
    Figure LayerProfile(HeadTable table, IReadOnlyList<string> features, string? title = null, string? caption = null, bool? band = null,
        IReadOnlyList<(string Feature, double Value, string Name)>? references = null);

    /// <summary>The same from the values of every text: features of all texts together have intervals too.</summary>
    /// <param name="values">The values of every text, as a live model or an archive of maps records them.</param>
    /// <param name="features">The features' names.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    /// <param name="band">Whether a band shows the heads' standard deviation.</param>
    /// <param name="references">Values to compare with.</param>
    /// <exception cref="InputException">There is no such feature.</exception>
    /// <exception cref="ArgumentException">There is nothing to draw or too much, or a reference is of another feature.</exception>
    Figure LayerProfile(TextValues values, IReadOnlyList<string> features, string? title = null, string? caption = null,
        bool? band = null, IReadOnlyList<(string Feature, double Value, string Name)>? references = null);

    /// <summary>The same of several models in one panel per column, each with a colour and a symbol of its own. Models of different depth
    /// stand at their relative depth, from 0 (bottom of the first layer) to 1 (top of the last); the axis says so.</summary>
    /// <param name="models">Each model's name and its profiles, of the same columns in the same order.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    /// <param name="band">Whether a band shows the heads' standard deviation.</param>
    /// <param name="references">Values to compare with.</param>
    /// <exception cref="ArgumentException">There is nothing to draw or too much, the models' columns differ, or a reference is of another
    /// feature.</exception>
    Figure LayerProfile(IReadOnlyList<(string Name, IReadOnlyList<LayerProfile> Profiles)> models, string? title = null,
        string? caption = null, bool? band = null, IReadOnlyList<(string Feature, double Value, string Name)>? references = null);

    /// <summary>The same of several models, from their tables.</summary>
    /// <param name="models">Each model's name and table.</param>
    /// <param name="features">The features' names; every table has them.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    /// <param name="band">Whether a band shows the heads' standard deviation.</param>
    /// <param name="references">Values to compare with.</param>
    /// <exception cref="InputException">There is no such feature.</exception>
    /// <exception cref="ArgumentException">There is nothing to draw or too much, or a reference is of another feature.</exception>
    Figure LayerProfile(IReadOnlyList<(string Name, HeadTable Table)> models, IReadOnlyList<string> features, string? title = null,
        string? caption = null, bool? band = null, IReadOnlyList<(string Feature, double Value, string Name)>? references = null);

    /// <summary>The heads as points in the plane, with a colour, a symbol and a hull per cluster.</summary>
    /// <param name="clustering">The clusters.</param>
    /// <param name="xy">Two coordinates per head in the grid's order, <c>[heads][2]</c>.</param>
    /// <param name="xTitle">The horizontal axis, with its unit.</param>
    /// <param name="yTitle">The vertical axis, with its unit.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    /// <exception cref="ArgumentException"><paramref name="xy"/> does not have two coordinates for every head.</exception>
    Figure ClusterScatter(HeadClustering clustering, double[][] xy, string xTitle, string yTitle, string? title = null,
        string? caption = null);

    /// <summary>The cluster of every head: heads to the right, layers upwards, the cluster's number in each cell.</summary>
    /// <param name="clustering">The clusters.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    Figure ClusterGrid(HeadClustering clustering, string? title = null, string? caption = null);

    /// <summary>What sets the clusters apart: clusters × features, each cluster's mean in standard deviations from the mean over all
    /// heads.</summary>
    /// <param name="clustering">The clusters.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    Figure ClusterProfiles(HeadClustering clustering, string? title = null, string? caption = null);

    /// <summary>How well the heads part into k clusters: the mean silhouette against k.</summary>
    /// <param name="values">The mean silhouette, −1 to 1, for each number of clusters.</param>
    /// <param name="chosen">The k to mark; by default the one with the highest value.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    /// <exception cref="ArgumentException">There are no values, or <paramref name="chosen"/> is not among them.</exception>
    Figure SilhouetteByK(IReadOnlyList<(int K, double Value)> values, int? chosen = null, string? title = null, string? caption = null);

    /// <summary>How well each head lies in its cluster: one bar per head, sorted within its cluster.</summary>
    /// <param name="clustering">The clusters.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    Figure SilhouetteByHead(HeadClustering clustering, string? title = null, string? caption = null);

    /// <summary>Named values as horizontal bars, the first on top.</summary>
    /// <param name="labels">One label per bar; labels may repeat.</param>
    /// <param name="values">One value per bar.</param>
    /// <param name="valueTitle">The values' axis, with its unit.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    /// <param name="low">The lower ends of intervals around the values, if known.</param>
    /// <param name="high">The upper ends, if known.</param>
    /// <param name="baseline">A reference value per bar, drawn as a mark, if there is one.</param>
    /// <param name="baselineName">What the legend calls it.</param>
    /// <exception cref="ArgumentException">There are no values, or the lengths differ.</exception>
    Figure Bars(IReadOnlyList<string> labels, IReadOnlyList<double> values, string valueTitle, string title, string caption = "",
        IReadOnlyList<double>? low = null, IReadOnlyList<double>? high = null, IReadOnlyList<double>? baseline = null,
            string baselineName = "baseline");

    /// <summary>A few values per name as dots on a line each, joined by it: heads beside their baselines. The first name is on
    /// top.</summary>
    /// <param name="labels">The names.</param>
    /// <param name="series">What is compared, with a value per name; each has a colour and a symbol of its own.</param>
    /// <param name="valueTitle">The values' axis, with its unit.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    /// <param name="low">The lower ends of intervals around the first series, if known.</param>
    /// <param name="high">The upper ends, if known.</param>
    /// <exception cref="ArgumentException">There is nothing to draw, or the lengths differ.</exception>
    Figure Dots(IReadOnlyList<string> labels, IReadOnlyList<(string Name, IReadOnlyList<double> Values)> series, string valueTitle,
        string title, string caption = "",
        IReadOnlyList<double>? low = null, IReadOnlyList<double>? high = null);

    /// <summary>Parts of wholes as bars end to end, the first name on top.</summary>
    /// <param name="labels">One per bar.</param>
    /// <param name="parts">Names and values of the parts, a value per bar.</param>
    /// <param name="valueTitle">The values' axis, with its unit.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    /// <exception cref="ArgumentException">There is nothing to draw, or the lengths differ.</exception>
    Figure Stacked(IReadOnlyList<string> labels, IReadOnlyList<(string Name, IReadOnlyList<double> Values)> parts, string valueTitle,
        string title, string caption = "");

    /// <summary>Who likes what: rows × columns of ratios to the uniform share, in colours where twice and half are as far from
    /// white.</summary>
    /// <param name="rows">Kinds of tokens or places.</param>
    /// <param name="columns">Heads or clusters.</param>
    /// <param name="ratios">A ratio per row and column; one that is not a number leaves a gap.</param>
    /// <param name="columnTitle">What the columns are.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    /// <exception cref="ArgumentException">There is nothing to draw, or the sizes differ.</exception>
    Figure Preferences(IReadOnlyList<string> rows, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<double>> ratios,
        string columnTitle, string title, string? caption = null);

    /// <summary>One or more series over a common horizontal axis, each with a colour, a dash and a symbol of its own.</summary>
    /// <param name="x">The common coordinates.</param>
    /// <param name="series">Names and values; each as long as <paramref name="x"/>.</param>
    /// <param name="xTitle">The horizontal axis, with its unit.</param>
    /// <param name="yTitle">The vertical axis, with its unit.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    /// <exception cref="ArgumentException">There is no series or point, or the lengths differ.</exception>
    Figure Lines(IReadOnlyList<double> x, IReadOnlyList<(string Name, IReadOnlyList<double> Y)> series, string xTitle, string yTitle,
        string title, string caption = "");

    /// <summary>
    /// Clusters to play with, in a live page and in an exported one: a slider over k, a menu of what was clustered on, a
    /// menu of projections; on the left the heads in the plane, on the right the grid of layers and heads, hovering shows a
    /// head's figures.
    /// </summary>
    /// <param name="clusterings">Per choice of features, a name and the clusterings for every k, the same k in each.</param>
    /// <param name="projections">The pictures of the heads to choose from.</param>
    /// <param name="k">The k to begin with.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    /// <exception cref="ArgumentException">There is nothing to choose from, the heads or the numbers of clusters differ, or
    /// <paramref name="k"/> is not among them.</exception>
    Figure ClusterExplorer(IReadOnlyList<(string Name, IReadOnlyList<HeadClustering> ByK)> clusterings,
        IReadOnlyList<Projection> projections, int k, string? title = null, string? caption = null);

    /// <summary>How often each pair of heads is put into one cluster when something is varied: heads × heads, ordered by cluster.</summary>
    /// <param name="report">The draws.</param>
    /// <param name="clustering">The clustering that they are compared with.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    /// <exception cref="ArgumentException">The heads differ in number.</exception>
    Figure ConsensusMatrix(StabilityReport report, HeadClustering clustering, string? title = null, string? caption = null);

    /// <summary>A value against what chance gives: a histogram of the null, and the value as a line.</summary>
    /// <param name="null">The values under the null.</param>
    /// <param name="observed">The value as observed.</param>
    /// <param name="valueTitle">The values' axis, with its unit.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    /// <exception cref="ArgumentException">There is no value under the null.</exception>
    Figure NullHistogram(IReadOnlyList<double> @null, double observed, string valueTitle, string title, string caption = "");

    /// <summary>A text written twice with a curved link for every weight, the darker the more; the layer is chosen by a menu and the head
    /// by a slider, in a saved page too.</summary>
    /// <param name="maps">The maps of all heads on the text, of at most 48 tokens.</param>
    /// <param name="start">The head to begin with; 0-0 unless given.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    /// <exception cref="ArgumentException">The text has too many tokens.</exception>
    /// <exception cref="InputException">There is no such head.</exception>
    Figure HeadLinks(TextMaps maps, Head? start = null, string? title = null, string? caption = null);

    /// <summary>A dendrogram: in which order and at what distance heads join; branches whose heads are of one cluster have its
    /// colour.</summary>
    /// <param name="tree">The tree of the heads.</param>
    /// <param name="clustering">Clusters of the same heads, of this tree or of another algorithm.</param>
    /// <param name="title">What is drawn.</param>
    /// <param name="caption">What to see.</param>
    /// <exception cref="ArgumentException">The heads differ in number.</exception>
    Figure Tree(Dendrogram tree, HeadClustering clustering, string? title = null, string? caption = null);
}
