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
        private readonly CsvDialect _dialect;

        public Session(BufferPool pool, Random random, IDecodeWatch? watch = null)
        {
            _watch = watch;
            _harness = new FormatHarness(pool);
            _dialect = CsvDialect.All[random.Next(CsvDialect.All.Count)];
            FormatContext context = _harness.Context(Columns, _dialect.Options()) with
            {
                MaxRows = random.Next(1, 200), BlockBytes = random.Next(1, 3000),
            };
            _decoder = FormatTable.Get("csv").CreateBlockDecoder(context);
        }

        /// <summary>Decodes some lines, most of them damaged, and compares.</summary>
        public (int Accepted, int Refused) Case(Random random, int lineCount, int seed)
        {
            var mutator = new LineMutator(random, "\",,,\"0123456789.-eE+ \t\rabc#;';\\/n/a\n");
            var text = new List<byte>();
            for (int i = lineCount; i > 0; i--)
            {
                var line = new List<byte>(Encoding.UTF8.GetBytes(Line(random, _dialect)));
                if (random.Next(3) != 0)
                {
                    mutator.Mutate(line);
                }

                text.AddRange(line);
                text.Add((byte)'\n');
            }

            _harness.Errors.Clear();
            byte[] bytes = [.. text];
            int chunk = random.Next(1, 4000);
            _watch?.Before(bytes, chunk);
            List<string> rows = _harness.DecodeMore(_decoder, bytes, chunk);
            _watch?.After(_harness, bytes, rows);
            return Compare(new CsvOracle(Columns, _dialect).Read(bytes), bytes, rows, _harness.Errors, $"Seed {seed}, {_dialect}");
        }

        public void Dispose()
        {
            _decoder.Dispose();
            _harness.Dispose();
        }
    }

    private static (int Good, int Bad) Compare(
        List<(int Line, string? Row)> records, byte[] bytes, List<string> rows, List<DecodeError> errors, string about)
    {
        int good = 0;
        int bad = 0;
        foreach ((int line, string? expected) in records)
        {
            bool refused = bad < errors.Count && errors[bad].Line == line;
            if (expected is null ? !refused : refused || good >= rows.Count || rows[good] != expected)
            {
                string got = refused ? errors[bad].ToString() : good < rows.Count ? rows[good] : "nothing";
                throw Difference($"line {line}: expected: {expected ?? "refused"}\ngot: {got}", Tail(bytes, line), about);
            }

            bad += refused ? 1 : 0;
            good += refused ? 0 : 1;
        }

        return good == rows.Count && bad == errors.Count
            ? (good, bad)
            : throw Difference($"{rows.Count} rows, {errors.Count} errors; expected {good}, {bad}", Tail(bytes, 1), about);
    }

    /// <summary>Cuts a piece from the begin of a line on.</summary>
    private static byte[] Tail(byte[] bytes, int line)
    {
        int start = 0;
        while (--line > 0)
        {
            start = Array.IndexOf(bytes, (byte)'\n', start) + 1;
        }

        return bytes[start..Math.Min(bytes.Length, start + 160)];
    }

    private static InvalidOperationException Difference(string what, byte[] bytes, string about) =>
        new($"Reader and oracle differ. {about}, {what}\n{Encoding.UTF8.GetString(bytes)}\nbytes: {Convert.ToHexString(bytes)}");

    private static string Line(Random random, CsvDialect dialect)
    {
        var culture = CultureInfo.InvariantCulture;
        string number = random.Next(4) == 0 ? string.Empty : (random.NextDouble() * 100).ToString("R", culture);
        string integer = random.Next(4) == 0 ? string.Empty : random.NextInt64(-10000, 1L << random.Next(20, 62)).ToString(culture);
        string[] fields = [Text(random, dialect), integer, number, Text(random, dialect)];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = random.Next(12) switch
            {
                0 when dialect.NullLiteral is not null => dialect.NullLiteral,
                1 when dialect.TrimSpaces => $"  {fields[i]} \t",
                2 when dialect.Quote != 0 && fields[i].IndexOf((char)dialect.Quote, StringComparison.Ordinal) < 0 =>
                    $"{(char)dialect.Quote}{fields[i]}{(char)dialect.Quote}",
                _ => fields[i],
            };
        }

        string end = random.Next(8) == 0 ? ((char)dialect.Delimiter).ToString() : string.Empty;
        return (dialect.Comments && random.Next(9) == 0 ? "# " : string.Empty) + string.Join((char)dialect.Delimiter, fields) + end
            + (random.Next(8) == 0 ? "\r" : string.Empty);
    }

    private static string Text(Random random, CsvDialect dialect)
    {
        var text = new StringBuilder();
        for (int i = random.Next(10) == 0 ? random.Next(90) : random.Next(14); i > 0; i--)
        {
            text.Append(random.Next(30) == 0 ? 'ö' : (char)('a' + random.Next(26)));
        }

        if (dialect.Escape != 0 && random.Next(4) == 0)
        {
            text.Insert(random.Next(text.Length + 1), $"{(char)dialect.Escape}{(char)dialect.Delimiter}");
        }

        if (random.Next(4) != 0 || dialect.Quote == 0)
        {
            return text.ToString();
        }

        char quote = (char)dialect.Quote;
        string odd = random.Next(3) switch
        {
            0 => $"{quote}{quote}",
            1 when dialect.Multiline => "\r\n",
            _ => ((char)dialect.Delimiter).ToString(),
        };
        text.Insert(random.Next(text.Length + 1), odd);
        return $"{quote}{text}{quote}";
    }
}
