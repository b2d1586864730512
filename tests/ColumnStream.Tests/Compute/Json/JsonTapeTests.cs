using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using ColumnStream.Compute.Json;
using Xunit;

namespace ColumnStream.Tests.Compute.Json;

/// <summary>Holds the reader of JSON texts against the platform's on mutated texts, and feeds it hostile ones.</summary>
public sealed class JsonTapeTests
{
    private const int Seed = 20261122;

    private static readonly string[] Seeds =
    [
        """{"a":1,"b":[true,false,null],"c":{"d":"x\u00e9\ud83d\ude00\n"},"e":-1.5e-7}""",
        """[[],{},[{"":0}],"\\\"\/\b\f\n\r\t",123456789012345678901234567890, 0.0, 1E+2]""",
        """ {"k" : [1 , 2] , "k" : "v" } """,
        "\"text\"",
    ];

    [Fact]
    public void What_is_json_is_what_the_platform_reads_on_mutated_texts()
    {
        var random = new Random(Seed);
        var tape = new JsonTape();
        for (int i = 0; i < 60_000; i++)
        {
            byte[] text = Mutate(Encoding.UTF8.GetBytes(Seeds[random.Next(Seeds.Length)]), random);
            Assert.True(IsJson(text) == Parse(tape, text), $"seed {Seed}, round {i}: {Encoding.UTF8.GetString(text)}");
        }
    }

    [Fact]
    public void Canonical_text_has_the_same_values_and_is_its_own_canonical_text()
    {
        var random = new Random(Seed);
        var tape = new JsonTape();
        for (int i = 0; i < 3_000; i++)
        {
            byte[] text = Encoding.UTF8.GetBytes(Generate(random, 4));
            byte[] once = Canonical(tape, text);
            byte[] twice = Canonical(tape, once);
            Assert.Equal(Encoding.UTF8.GetString(once), Encoding.UTF8.GetString(twice));
            using JsonDocument before = JsonDocument.Parse(text);
            using JsonDocument after = JsonDocument.Parse(once);
            Assert.True(AreEqual(before.RootElement, after.RootElement), $"seed {Seed}, round {i}: {Encoding.UTF8.GetString(text)}");
        }
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    [InlineData(1_000_000, false)]
    public void Nesting_has_a_limit_and_no_stack(int depth, bool expected)
    {
        var tape = new JsonTape();
        byte[] text = Encoding.ASCII.GetBytes(new string('[', depth) + new string(']', depth));
        Assert.Equal(expected, Parse(tape, text));
        if (expected)
        {
            Assert.Equal(text, Canonical(tape, text));
        }
    }

    [Fact]
    public void Wrong_and_endless_paths_are_answers()
    {
        foreach (string path in new[] { "", " ", "$[", "$.", "$..", "$.a b", "$[?(", "$[?(@.a ==)]", "$[1,]", "$.a.sum()", "$['a", "$.a[?(@.b[?(@.c)])]" })
        {
            Assert.NotNull(JsonPath.Compile(path).Error);
        }

        Assert.NotNull(JsonPath.Compile("$" + string.Concat(Enumerable.Repeat(".a", 5_000))).Error);
        Assert.NotNull(JsonPath.Compile("$[?(" + new string('(', 5_000)).Error);
        Assert.NotNull(JsonPath.Compile("$[?(" + new string('!', 5_000)).Error);

        var tape = new JsonTape();
        byte[] deep = Encoding.ASCII.GetBytes(new string('[', 900) + new string(']', 900));
        var run = new JsonPathRun();
        Assert.False(Find(run, tape, deep, "$" + string.Concat(Enumerable.Repeat("..[*]", 20))));
        Assert.True(run.IsTooMuch);
    }

    [Fact]
    public void Big_objects_in_any_order_are_sorted_in_time()
    {
        var tape = new JsonTape();
        string members = string.Join(",", Enumerable.Range(0, 200_000).Select(i => $"\"k{999_999 - i}\":{i}"));
        byte[] text = Canonical(tape, Encoding.UTF8.GetBytes("{" + members + "}"));
        Assert.StartsWith("{\"k800000\":199999,\"k800001\":199998", Encoding.UTF8.GetString(text), StringComparison.Ordinal);
    }

    private static unsafe bool Find(JsonPathRun run, JsonTape tape, byte[] text, string path)
    {
        fixed (byte* pointer = text)
        {
            Assert.True(tape.Parse(pointer, text.Length));
            return run.Find(JsonPath.Compile(path), tape);
        }
    }

    private static unsafe bool Parse(JsonTape tape, byte[] text)
    {
        fixed (byte* pointer = text)
        {
            return tape.Parse(pointer, text.Length);
        }
    }

    private static unsafe byte[] Canonical(JsonTape tape, byte[] text)
    {
        fixed (byte* pointer = text)
        {
            Assert.True(tape.Parse(pointer, text.Length));
            var writer = new JsonWriter();
            writer.Write(tape, 0);
            return writer.Output.WrittenSpan.ToArray();
        }
    }

    private static bool IsJson(byte[] text)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = JsonTape.MaxDepth });
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static byte[] Mutate(byte[] text, Random random)
    {
        const string Bytes = "{}[]\",:\\u0123456789.eE+-tfn alsr\t\n\u0001/";
        List<byte> mutated = [.. text];
        for (int edits = random.Next(4); edits > 0 && mutated.Count > 0; edits--)
        {
            int at = random.Next(mutated.Count);
            switch (random.Next(4))
            {
                case 0:
                    mutated.RemoveAt(at);
                    break;
                case 1:
                    mutated.Insert(at, (byte)Bytes[random.Next(Bytes.Length)]);
                    break;
                case 2:
                    mutated[at] = (byte)Bytes[random.Next(Bytes.Length)];
                    break;
                default:
                    mutated.RemoveRange(at, random.Next(mutated.Count - at));
                    break;
            }
        }

        return [.. mutated];
    }

    private static string Generate(Random random, int depth)
    {
        string[] names = ["a", "b", "é", "日", "😀", "\uffee", "\\u0061x", "c\\n"];
        return random.Next(depth > 0 ? 7 : 5) switch
        {
            0 => random.Next(2) == 0 ? "true" : "null",
            1 => $"{random.NextInt64(-1000, 1000)}",
            2 => $"{random.Next(100)}.{random.Next(1000):D3}e{random.Next(-12, 12)}",
            3 => $"\"{names[random.Next(names.Length)]}\"",
            4 => "\"\"",
            5 => "[" + string.Join(" , ", Enumerable.Range(0, random.Next(4)).Select(_ => Generate(random, depth - 1))) + "]",
            _ => "{" + string.Join(",", Enumerable.Range(0, random.Next(5))
                .Select(_ => $"\"{names[random.Next(names.Length)]}\": {Generate(random, depth - 1)}")) + "}",
        };
    }

    private static bool AreEqual(JsonElement left, JsonElement right)
    {
        if (left.ValueKind != right.ValueKind)
        {
            return false;
        }

        switch (left.ValueKind)
        {
            case JsonValueKind.Object:
                string[] names = [.. left.EnumerateObject().Select(p => p.Name).Distinct().Order(StringComparer.Ordinal)];
                return names.SequenceEqual(right.EnumerateObject().Select(p => p.Name))
                    && names.All(n => AreEqual(left.GetProperty(n), right.GetProperty(n)));
            case JsonValueKind.Array:
                return left.GetArrayLength() == right.GetArrayLength()
                    && left.EnumerateArray().Zip(right.EnumerateArray()).All(p => AreEqual(p.First, p.Second));
            case JsonValueKind.Number:
                return left.GetDouble() == right.GetDouble();
            case JsonValueKind.String:
                return left.GetString() == right.GetString();
            default:
                return true;
        }
    }
}
