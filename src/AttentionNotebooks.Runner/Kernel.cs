using AttentionNotebooks.Runner;
using Microsoft.AspNetCore.Html;

// These names are .NET Interactive's own, so that a cell compiles under the runner exactly where it compiles there,
// also when it spells them out. The namespace System makes the extension methods visible through its default import.
#pragma warning disable IDE0130 // namespace does not match folder

namespace Microsoft.DotNet.Interactive
{
    /// <summary>The functions that every cell can call by their bare name.</summary>
    public static class Kernel
    {
        /// <summary>Displays a value among the cell's outputs.</summary>
        /// <param name="mimeTypes">The forms to display it in; by default those its type prefers.</param>
        public static DisplayedValue display(object? value, params string[] mimeTypes) => value.Display(mimeTypes);

        /// <summary>Marks text as HTML, so that displaying it shows the page and not the tags.</summary>
        /// <param name="content">The HTML.</param>
        public static IHtmlContent HTML(string content) => new HtmlString(content);
    }

    /// <summary>A value that was displayed and can be displayed anew in its place.</summary>
    public sealed class DisplayedValue
    {
        private readonly Action<IReadOnlyDictionary<string, string>> replace;
        private readonly string[] mimeTypes;

        internal DisplayedValue(IReadOnlyDictionary<string, string> data, string[] mimeTypes)
        {
            var cell = CellOutputs.Current ?? throw new InvalidOperationException("Values are displayed in the cells of a notebook only.");
            replace = cell.Display(data, isResult: false);
            this.mimeTypes = mimeTypes;
        }

        /// <summary>Shows <paramref name="updatedValue"/> where the first value stood.</summary>
        /// <param name="updatedValue">The new value.</param>
        public void Update(object? updatedValue) => replace(MimeBundle.Of(updatedValue, mimeTypes));
    }
}

namespace System
{
    using Microsoft.DotNet.Interactive;

    /// <summary><c>x.Display()</c> and <c>text.DisplayAs(mime)</c> for every cell.</summary>
    public static class DisplayExtensions
    {
        /// <summary>Displays a value among the cell's outputs.</summary>
        /// <param name="mimeTypes">The forms to display it in; by default those its type prefers.</param>
        public static DisplayedValue Display(this object? value, params string[] mimeTypes) =>
            new(MimeBundle.Of(value, mimeTypes), mimeTypes);

        /// <summary>Displays text that is already in the form named.</summary>
        /// <param name="value">The content.</param>
        /// <param name="mimeType">Its form, such as <c>text/html</c>.</param>
        public static DisplayedValue DisplayAs(this string value, string mimeType) =>
            new(new Dictionary<string, string> { [mimeType] = value }, [mimeType]);
    }
}
