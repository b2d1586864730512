using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
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
        var mutator = new LineMutator(random, "\",,,\"0123456789.-eE+ \t\rabc#;");
        int accepted = 0;
        int refused = 0;
        using var harness = new FormatHarness();
        while (accepted + refused < count)
        {
            FormatContext context = harness.Context(Columns) with { MaxRows = random.Next(1, 200), BlockBytes = random.Next(1, 3000) };
            using BlockDecoder decoder = FormatTable.Get("csv").CreateBlockDecoder(context);
            for (int batch = 0; batch < 20; batch++)
            {
                var lines = new List<byte[]>();
                var text = new List<byte>();
                for (int i = random.Next(1, 100); i > 0; i--)
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

                harness.Errors.Clear();
                List<string> rows = harness.DecodeMore(decoder, [.. text], random.Next(1, 4000));
                (int good, int bad) = Compare(lines, rows, harness.Errors, seed);
                accepted += good;
                refused += bad;
            }
        }

        return (accepted, refused);
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
