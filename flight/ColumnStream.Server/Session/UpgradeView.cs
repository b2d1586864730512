using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using ColumnStream.Arrow.Types;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Upgrades;
using ColumnStream.Server.Results;
using ColumnStream.Sql;

namespace ColumnStream.Server.Session;

/// <summary>Shows the verdict of one job.</summary>
/// <param name="job">The job.</param>
/// <param name="report">The verdict.</param>
/// <param name="consent">What the script and the command line agree to.</param>
/// <param name="source">The new script.</param>
internal sealed class UpgradeView(PlannedJob job, UpgradeReport report, UpgradeConsent consent, SourceText source)
{
    private static readonly string[] s_columns = ["verdict", "rows", "bytes", "operator", "uid"];

    /// <summary>Gets whether a restore would go on.</summary>
    public bool IsAllowed => report.IsAllowed(consent);

    /// <summary>Gets the columns of the verdict as a table, for clients.</summary>
    public static ValueList<string> Columns { get; } = ["job", "verdict", "rows", "bytes", "operator", "uid", "notes"];

    /// <summary>Gives the verdict as rows: one for the job, and one for each operator that has state.</summary>
    public IEnumerable<ValueList<string>> Rows() =>
        report.Operators.Select(o => (ValueList<string>)
        [
            job.Summary, Verdict(o), Number(o.Rows), Number(o.Bytes), o.Title, o.Uid,
            string.Join(' ', o.IsAllowed(consent) ? o.Notes : o.Notes.Append(UpgradeReport.NextStep(o.Needs & ~consent))),
        ])
        .Prepend(
        [
            job.Summary, IsAllowed ? "allowed" : "refused", string.Empty, string.Empty, string.Empty, string.Empty, Sentence,
        ]);

    private string Sentence => IsAllowed
        ? "A restore goes on with this." : "A restore refuses this, before anything stops or starts.";

    /// <summary>Prints a table, what there is to say of each operator, and the places of what is refused.</summary>
    public void Print(TextWriter output)
    {
        output.WriteLine($"-- {job.Summary}");
        TextTable.Print(
            output, s_columns,
            [.. report.Operators.Select(
                o => (IReadOnlyList<string>)[Verdict(o), Number(o.Rows), Number(o.Bytes), Shortened(o.Title), o.Uid])],
            [false, true, true, false, false]);
        foreach (OperatorUpgrade upgrade in report.Operators.Where(o => o.Notes.Count > 0))
        {
            output.WriteLine();
            output.WriteLine($"{Verdict(upgrade)}: {upgrade.Title} ({upgrade.Uid})");
            foreach (string note in upgrade.Notes)
            {
                output.WriteLine($"  {note}");
            }

            if (!upgrade.IsAllowed(consent))
            {
                output.WriteLine($"  {UpgradeReport.NextStep(upgrade.Needs & ~consent)}");
                PrintPlace(upgrade, output);
            }
        }

        output.WriteLine();
        output.WriteLine(Sentence);
    }

    /// <summary>Writes all jobs as one JSON object.</summary>
    public static void WriteJson(IReadOnlyList<UpgradeView> views, TextWriter output)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteBoolean("allowed", views.All(view => view.IsAllowed));
            json.WriteStartArray("jobs");
            foreach (UpgradeView view in views)
            {
                view.Write(json);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static string Number(long value) => value < 0 ? string.Empty : value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Shortened(string text) => text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 79), "…");

    private string Verdict(OperatorUpgrade upgrade)
    {
        string verdict = upgrade.Verdict.ToString().ToLowerInvariant();
        return upgrade.IsAllowed(consent) ? verdict : $"refused ({verdict})";
    }

    private void PrintPlace(OperatorUpgrade upgrade, TextWriter output)
    {
        if (upgrade.Verdict == UpgradeVerdict.Drop)
        {
            return;
        }

        SourceSpan span = PlaceOf(upgrade.Uid);
        if (span.Length > 0 && span.End <= source.Text.Length)
        {
            var diagnostic = new SqlDiagnostic(3120, $"State does not fit: {upgrade.Title}.", span);
            foreach (string line in SqlDiagnosticFormatter.Format(source, diagnostic).Split('\n'))
            {
                output.WriteLine($"  {line}");
            }
        }
    }

    private SourceSpan PlaceOf(string uid) => job.Places.FirstOrDefault(place => place.Uid == uid)?.Span ?? job.Span;

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("job", job.Summary);
        json.WriteBoolean("allowed", IsAllowed);
        json.WriteStartArray("operators");
        foreach (OperatorUpgrade upgrade in report.Operators)
        {
            json.WriteStartObject();
            json.WriteString("uid", upgrade.Uid);
            json.WriteString("heldUid", upgrade.HeldUid);
            json.WriteString("kind", upgrade.Kind);
            json.WriteString("operator", upgrade.Title);
            json.WriteString("verdict", upgrade.Verdict.ToString().ToLowerInvariant());
            json.WriteBoolean("allowed", upgrade.IsAllowed(consent));
            json.WriteString("needs", upgrade.Needs.ToString());
            WriteSize(json, upgrade.Rows, upgrade.Bytes);
            WritePlace(json, upgrade);
            json.WriteStartArray("notes");
            foreach (string note in upgrade.Notes)
            {
                json.WriteStringValue(note);
            }

            json.WriteEndArray();
            json.WriteStartArray("states");
            foreach (StateUpgrade state in upgrade.States)
            {
                json.WriteStartObject();
                json.WriteString("name", state.Name);
                json.WriteString("heldName", state.HeldName);
                json.WriteString("verdict", state.Verdict.ToString().ToLowerInvariant());
                WriteSize(json, state.Rows, state.Bytes);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSize(Utf8JsonWriter json, long rows, long bytes)
    {
        if (rows >= 0)
        {
            json.WriteNumber("rows", rows);
            json.WriteNumber("bytes", bytes);
        }
    }

    private void WritePlace(Utf8JsonWriter json, OperatorUpgrade upgrade)
    {
        SourceSpan span = PlaceOf(upgrade.Uid);
        if (upgrade.Verdict != UpgradeVerdict.Drop && span.Length > 0 && span.End <= source.Text.Length)
        {
            SourcePosition position = source.GetPosition(span.Start);
            json.WriteNumber("line", position.Line);
            json.WriteNumber("column", position.Column);
        }
    }
}
