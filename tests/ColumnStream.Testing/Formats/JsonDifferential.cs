using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors.Formats;
using ColumnStream.Connectors.Formats.Json;

namespace ColumnStream.Testing.Formats;

/// <summary>Compares the JSON decoder with the platform's reader on damaged lines; learned state lives over many batches.</summary>
public static class JsonDifferential
{
    private static readonly SqlField[] Columns = FormatHarness.Columns(
        ("i", SqlType.BigInt),
        ("s", SqlType.String),
        ("d", SqlType.Double),
        ("t", SqlType.Timestamp(3)),
        ("b", SqlType.Boolean),
        ("r", SqlType.Row([
            new SqlField("i", SqlType.BigInt),
            new SqlField("l", SqlType.Array(SqlType.Row([new SqlField("x", SqlType.String), new SqlField("y", SqlType.Double)])))])),
        ("a", SqlType.Array(SqlType.BigInt)),
        ("m", SqlType.Map(SqlType.String, SqlType.Array(SqlType.BigInt))),
        ("n", SqlType.Decimal(9, 2)));

    /// <summary>Runs <paramref name="count"/> lines; throws with the line at the first difference.</summary>
    /// <returns>Lines accepted and refused.</returns>
    public static (int Accepted, int Refused) Run(int seed, int count)
    {
        var random = new Random(seed);
        int accepted = 0;
        int refused = 0;
        while (accepted + refused < count)
        {
            using var session = new Session(new SizeClassPool(), random);
            for (int batch = 0; batch < 50 && accepted + refused < count; batch++)
            {
                (int good, int bad) = session.Case(random, random.Next(1, 120), seed);
                accepted += good;
                refused += bad;
            }
        }

        return (accepted, refused);
    }

    /// <summary>Holds one decoder, whose learned state lives over all cases.</summary>
    public sealed class Session : IDisposable
    {
        private readonly FormatHarness _harness;
        private readonly IDecodeWatch? _watch;
        private readonly JsonDecoder _decoder;

        public Session(BufferPool pool, Random random, IDecodeWatch? watch = null)
        {
            _watch = watch;
            _harness = new FormatHarness(pool);
            FormatContext context = _harness.Context(Columns) with { MaxRows = random.Next(1, 200), BlockBytes = random.Next(1, 5000) };
            _decoder = new JsonDecoder(context, new JsonOptions());
        }

        /// <summary>Decodes some lines, most of them damaged, and compares.</summary>
        public (int Accepted, int Refused) Case(Random random, int lineCount, int seed)
        {
            var mutator = new LineMutator(random, "\"\\{}[],:0123456789.-eE+ \t\rinultrsd");
            var lines = new List<byte[]>();
            var text = new List<byte>();
            int shape = random.Next(6);
            for (int i = lineCount; i > 0; i--)
            {
                var line = new List<byte>(Encoding.UTF8.GetBytes(Line(random, shape)));
                if (random.Next(3) != 0)
                {
                    mutator.Mutate(line);
                }

                lines.Add([.. line]);
                text.AddRange(line);
                text.Add((byte)'\n');
            }

            _harness.Errors.Clear();
            byte[] bytes = [.. text];
            int chunk = random.Next(1, 4000);
            _watch?.Before(bytes, chunk);
            List<string> rows = _harness.DecodeMore(_decoder, bytes, chunk);
            _watch?.After(_harness, bytes, rows);
            return Compare(lines, rows, _harness.Errors, seed);
        }

        public void Dispose()
        {
            _decoder.Dispose();
            _harness.Dispose();
        }
    }

    private static (int Good, int Bad) Compare(List<byte[]> lines, List<string> rows, List<DecodeError> errors, int seed)
    {
        int good = 0;
        int bad = 0;
        for (int i = 0; i < lines.Count; i++)
        {
            bool isBlank = lines[i].AsSpan().Trim(" \t\r"u8).IsEmpty;
            string? expected = isBlank ? null : JsonOracle.ReadLine(Columns, lines[i]);
            bool refused = bad < errors.Count && errors[bad].Line == i + 1;
            bool same = isBlank ? !refused
                : expected is null ? refused
                : !refused && good < rows.Count && rows[good] == expected;
            if (!same)
            {
                string got = refused ? errors[bad].ToString() : good < rows.Count ? rows[good] : "nothing";
                throw new InvalidOperationException(
                    $"Reader and oracle differ. Seed {seed}, line {i + 1}: {Encoding.UTF8.GetString(lines[i])}\n"
                    + $"expected: {expected ?? (isBlank ? "blank" : "refused")}\ngot: {got}\nbytes: {Convert.ToHexString(lines[i])}");
            }

            bad += refused ? 1 : 0;
            good += isBlank || refused ? 0 : 1;
        }

        return (good, bad);
    }

    private static string Line(Random random, int shape)
    {
        var culture = CultureInfo.InvariantCulture;
        string space = shape == 1 ? " " : string.Empty;
        var fields = new List<string>
        {
            $"\"i\":{space}{Integer(random)}",
            $"\"s\":{space}\"{Text(random)}\"",
            $"\"d\":{space}{Number(random)}",
            $"\"t\":{space}\"20{random.Next(10, 30)}-{random.Next(1, 13):00}-{random.Next(1, 30):00} {random.Next(24):00}:{random.Next(60):00}:{random.Next(60):00}"
                + (random.Next(2) == 0 ? "\"" : $".{random.Next(1, 1000).ToString(culture)}\""),
            $"\"b\":{space}{(random.Next(2) == 0 ? "true" : "false")}",
            $"\"r\":{space}{(random.Next(5) == 0 ? "null" : $"{{\"i\":{random.Next(100)},\"l\":[{{\"x\":\"{Text(random)}\",\"y\":{Number(random)}}},{{\"y\":null}},null]}}")}",
            $"\"a\":{space}[{string.Join(random.Next(2) == 0 ? "," : ", ", Integers(random))}]",
            $"\"m\":{space}{Map(random)}",
            $"\"n\":{space}{random.Next(-2000, 2000)}.{random.Next(0, 2000)}",
        };
        if (shape == 2 || random.Next(10) == 0)
        {
            fields.Add($"\"extra{random.Next(3)}\":{{\"deep\":[1,\"{Text(random)}\",{{}}]}}");
        }

        if (shape == 3)
        {
            random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(fields));
        }

        if (shape == 4)
        {
            fields.RemoveAll(_ => random.Next(3) == 0);
        }

        if (shape == 5)
        {
            fields.Add(fields[random.Next(fields.Count)]);
        }

        return $"{{{string.Join("," + space, fields)}}}" + (random.Next(10) == 0 ? "\r" : string.Empty);
    }

    private static string Integer(Random random) => random.Next(6) switch
    {
        0 => random.NextInt64(long.MinValue, long.MaxValue).ToString(CultureInfo.InvariantCulture),
        1 => "null",
        2 => $"\"{random.Next(1000)}\"",
        _ => random.Next(-500, 500).ToString(CultureInfo.InvariantCulture),
    };

    private static List<string> Integers(Random random)
    {
        var items = new List<string>();
        for (int i = random.Next(4); i > 0; i--)
        {
            items.Add(Integer(random));
        }

        return items;
    }

    private static string Map(Random random)
    {
        var entries = new List<string>();
        for (int i = random.Next(30) == 0 ? 20 : random.Next(5); i > 0; i--)
        {
            string key = random.Next(4) == 0 ? Text(random) : $"k{random.Next(5) * random.Next(30)}";
            entries.Add($"\"{key}\":[{string.Join(",", Integers(random))}]");
        }

        return $"{{{string.Join(",", entries)}}}";
    }

    private static string Number(Random random) => random.Next(5) switch
    {
        0 => BitConverter.Int64BitsToDouble(random.NextInt64(0, 0x7FE0000000000000)).ToString("R", CultureInfo.InvariantCulture),
        1 => random.Next(-1000, 1000).ToString(CultureInfo.InvariantCulture),
        2 => (random.NextDouble() * 1000).ToString("R", CultureInfo.InvariantCulture),
        _ => $"{random.Next(-180, 180)}.{random.Next(0, 100000)}",
    };

    private static string Text(Random random)
    {
        int length = random.Next(8) == 0 ? random.Next(200) : random.Next(16);
        var text = new StringBuilder();
        for (int i = 0; i < length; i++)
        {
            text.Append(random.Next(60) switch
            {
                0 => "\\n",
                1 => "\\u00e4",
                2 => "ß",
                3 => "\\ud83d\\ude00",
                4 => "漢",
                5 => "\\\"",
                _ => ((char)('a' + random.Next(26))).ToString(),
            });
        }

        return text.ToString();
    }
}
