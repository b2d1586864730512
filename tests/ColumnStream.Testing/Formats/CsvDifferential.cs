using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors;
using ColumnStream.Connectors.Formats;

namespace ColumnStream.Testing.Formats;

/// <summary>Compares the CSV decoder with a naive reader on damaged lines.</summary>
public static class CsvDifferential
{
    private static readonly SqlField[] Columns = FormatHarness.Columns(
        ("s", SqlType.String), ("i", SqlType.BigInt), ("d", SqlType.Double), ("z", SqlType.String));

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
            for (int batch = 0; batch < 20; batch++)
            {
                (int good, int bad) = session.Case(random, random.Next(1, 100), seed);
                accepted += good;
                refused += bad;
            }
        }

        return (accepted, refused);
    }

    /// <summary>Holds one decoder over many cases.</summary>
    public sealed class Session : IDisposable
    {
        private readonly FormatHarness _harness;
        private readonly IDecodeWatch? _watch;
        private readonly BlockDecoder _decoder;

        public Session(BufferPool pool, Random random, IDecodeWatch? watch = null)
        {
            _watch = watch;
            _harness = new FormatHarness(pool);
            FormatContext context = _harness.Context(Columns) with { MaxRows = random.Next(1, 200), BlockBytes = random.Next(1, 3000) };
            _decoder = FormatTable.Get("csv").CreateBlockDecoder(context);
        }

        /// <summary>Decodes some lines, most of them damaged, and compares.</summary>
        public (int Accepted, int Refused) Case(Random random, int lineCount, int seed)
        {
            var mutator = new LineMutator(random, "\",,,\"0123456789.-eE+ \t\rabc#;");
            var lines = new List<byte[]>();
            var text = new List<byte>();
            for (int i = lineCount; i > 0; i--)
            {
                var line = new List<byte>(Encoding.UTF8.GetBytes(Line(random)));
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
            bool isBlank = lines[i].Length == 0 || (lines[i].Length == 1 && lines[i][0] == '\r');
            string? expected = isBlank ? null : CsvOracle.ReadLine(Columns, lines[i]);
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

    private static string Line(Random random)
    {
        var culture = CultureInfo.InvariantCulture;
        string number = random.Next(4) == 0 ? string.Empty : (random.NextDouble() * 100).ToString("R", culture);
        string integer = random.Next(4) == 0 ? string.Empty : random.NextInt64(-10000, 1L << random.Next(20, 62)).ToString(culture);
        return $"{Text(random)},{integer},{number},{Text(random)}" + (random.Next(8) == 0 ? "\r" : string.Empty);
    }

    private static string Text(Random random)
    {
        var text = new StringBuilder();
        for (int i = random.Next(10) == 0 ? random.Next(90) : random.Next(14); i > 0; i--)
        {
            text.Append(random.Next(30) == 0 ? 'ö' : (char)('a' + random.Next(26)));
        }

        if (random.Next(4) != 0)
        {
            return text.ToString();
        }

        text.Insert(random.Next(text.Length + 1), random.Next(2) == 0 ? "," : "\"\"");
        return $"\"{text}\"";
    }
}
