using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AttentionNotebooks.Fuzz;

/// <summary>Changes of a JSON file that leave it JSON, or almost: members removed, doubled, moved, values of another kind or
/// size.</summary>
internal static class JsonMutation
{
    private static readonly string[] Values =
    [
        "null", "true", "-1", "0", "0.5", "1e999", "-1e999", "1e400", "2147483647", "2147483648", "9223372036854775807",
            "99999999999999999999999999", "NaN", "\"\"", "\"\\ud800\"", "\"\\u0000\"",
        "\"../../../etc/passwd\"", "[]", "{}", "[[]]", "[null]", "{\"a\":1,\"a\":2}", "\"x\"", "\"WordPiece\"", "[1,2]",
            "[9223372036854775807,9223372036854775807]", "[-1,4]", "{\"\\udfff\":1}",
    ];

    public static byte[] Mutate(Random random, byte[] bytes)
    {
        JsonNode? root;
        try { root = JsonNode.Parse(bytes, null, new JsonDocumentOptions { MaxDepth = 64 }); }
        catch (Exception e) when (e is JsonException or InvalidOperationException
            or ArgumentException)
        { return Mutation.Text(random, bytes); }
        try
        {
            var nodes = new List<JsonNode>();
            Collect(root, nodes);
            if (nodes.Count == 0) return Mutation.Bytes(random, bytes);
            // From the top down by a coin: otherwise thousands of vocabulary entries would hide the members above them.
            var chosen = nodes[(int)(nodes.Count * Math.Pow(random.NextDouble(), 4))];
            var text = new StringBuilder();
            Write(text, root, chosen, random, random.Next(5));
            return Encoding.UTF8.GetBytes(text.ToString());
        }
        // a text or a key that an earlier change broke
        catch (Exception e) when (e is InvalidOperationException or ArgumentException) { return Mutation.Text(random, bytes); }
    }

    private static void Collect(JsonNode? node, List<JsonNode> nodes)
    {
        if (node is null) return;
        nodes.Add(node);
        if (node is JsonObject o) foreach (var (_, value) in o) Collect(value, nodes);
        if (node is JsonArray a) foreach (var value in a) Collect(value, nodes);
    }

    private static void Write(StringBuilder to, JsonNode? node, JsonNode chosen, Random random, int change)
    {
        if (node == chosen && change == 0) to.Append(random.Next(8) == 0 ? Deep(random) : Values[random.Next(Values.Length)]);
        else if (node is JsonObject members)
        {
            var list = members.Select(m => (Key: JsonSerializer.Serialize(m.Key), m.Value)).ToList();
            if (node == chosen && list.Count > 0)
            {
                int at = random.Next(list.Count);
                if (change == 1) list.RemoveAt(at);
                else if (change == 2) list.Add(list[at]);
                else if (change == 3) list.Reverse();
                else list[at] = (Values[random.Next(Values.Length)] is ['"', ..] key ? key : "\"\\ud800x\"", list[at].Value);
            }
            to.Append('{');
            for (int i = 0; i < list.Count; i++)
            {
                to.Append(i > 0 ? "," : "").Append(list[i].Key).Append(':');
                Write(to, list[i].Value, chosen, random, change);
            }
            to.Append('}');
        }
        else if (node is JsonArray items)
        {
            var list = items.ToList();
            if (node == chosen && list.Count > 0)
            {
                int at = random.Next(list.Count);
                if (change == 1) list.RemoveAt(at);
                else if (change == 2) list.AddRange(Enumerable.Repeat(list[at], 1 + random.Next(20)));
                else if (change == 3) list.Reverse();
            }
            to.Append('[');
            for (int i = 0; i < list.Count; i++)
            {
                to.Append(i > 0 ? "," : "");
                Write(to, list[i], chosen, random, change);
            }
            to.Append(']');
        }
        else if (node == chosen) to.Append(Values[random.Next(Values.Length)]);
        else to.Append(node?.ToJsonString() ?? "null");
    }

    private static string Deep(Random random)
    {
        int depth = 1 << random.Next(4, 15);
        return random.Next(2) == 0 ? new string('[', depth) + new string(']', depth)
            : string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);
    }
}
