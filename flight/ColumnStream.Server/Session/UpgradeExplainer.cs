using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Engine.Errors;
using ColumnStream.Planner;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Upgrades;
using ColumnStream.Server.Commands;
using ColumnStream.Server.Composition;
using ColumnStream.Sql;

namespace ColumnStream.Server.Session;

/// <summary>Answers EXPLAIN UPGRADE: what becomes of state when a script goes on from another one or from a checkpoint.</summary>
/// <remarks>A text with a semicolon is taken as statements, one that names a file as a script, any other as the address of checkpoints.</remarks>
internal sealed class UpgradeExplainer(NodeBuilder node, PlannerOptions planning, TextWriter output)
{
    /// <summary>Gets whether the answer is JSON.</summary>
    public bool IsJson { get; init; }

    /// <summary>Prints the verdict; the code says whether all of it is allowed.</summary>
    public int Explain(string from, string to)
    {
        try
        {
            return Plan(to, "<to>") is { } after && (!IsScript(from) || Plan(from, "<from>") is not null)
                ? Explain(from, IsScript(from) ? Plan(from, "<from>") : null, after) : ExitCode.Usage;
        }
        catch (ColumnStreamException error)
        {
            Console.Error.WriteLine($"error CST{error.Code:D4}: {error.Message}");
            return ExitCode.Usage;
        }
    }

    /// <summary>Holds jobs against those that they replace, in their order, or one job against a checkpoint.</summary>
    /// <param name="node">The process.</param>
    /// <param name="before">The statements that ran before, or null.</param>
    /// <param name="from">Where checkpoints are, without statements from before.</param>
    /// <param name="after">The statements that are to go on.</param>
    /// <exception cref="ColumnStreamException">There is no checkpoint, or it cannot be read.</exception>
    public static List<UpgradeView> Compare(NodeBuilder node, PlanResult? before, string from, PlanResult after)
    {
        List<PlannedJob> former = JobsOf(before);
        List<PlannedJob> jobs = JobsOf(after);
        if (before is null && jobs.Count != 1)
        {
            throw new UserException(
                3120, $"A checkpoint is of one job, and the new script has {jobs.Count}: name the script's jobs apart.");
        }

        node.Prepare(long.MaxValue);
        var upgrade = new JobUpgrade(node.Memory, node.Pages, TimeProvider.System);
        var verdicts = new List<UpgradeView>();
        for (int i = 0; i < Math.Max(former.Count, jobs.Count); i++)
        {
            PlannedJob? job = i < jobs.Count ? jobs[i] : null;
            PlannedJob? old = i < former.Count ? former[i] : null;
            bool isBatch = job?.IsBatch ?? old?.IsBatch ?? false;
            var settings = new JobSettings((job ?? old)!.Settings);
            UpgradeReport report = before is null
                ? From(node, upgrade, RestorePath.Parse(from).Existing(), settings, job!)
                : upgrade.Between(old?.Graph, job?.Graph, isBatch);
            verdicts.Add(new UpgradeView((job ?? old)!, report, settings.Consent, after.Source));
        }

        return verdicts;
    }

    private static bool IsScript(string text) =>
        text.Contains(';', StringComparison.Ordinal) || text == "-" || File.Exists(text)
        || text.EndsWith(".sql", StringComparison.OrdinalIgnoreCase);

    private PlanResult? Plan(string text, string name)
    {
        SourceText? source = text.Contains(';', StringComparison.Ordinal) ? new SourceText(text, name) : ScriptFile.Read(text);
        if (source is null)
        {
            return null;
        }

        PlanResult plan = new ScriptPlanner(node.Connectors, planning).Plan(SqlParser.Parse(source));
        return ScriptFile.Report(plan, quiet: true) ? plan : null;
    }

    private int Explain(string from, PlanResult? before, PlanResult after)
    {
        List<UpgradeView> verdicts = Compare(node, before, from, after);
        if (IsJson)
        {
            UpgradeView.WriteJson(verdicts, output);
        }
        else
        {
            verdicts.ForEach(view => view.Print(output));
        }

        return verdicts.TrueForAll(view => view.IsAllowed) ? ExitCode.Done : ExitCode.Failed;
    }

    private static UpgradeReport From(
        NodeBuilder node, JobUpgrade upgrade, RestorePath path, JobSettings settings, PlannedJob job) =>
        upgrade.From(
            settings.Open(path, node.Stores), path.Epoch, path.Address, job.Graph, job.IsBatch,
            origin => settings.Open(RestorePath.Parse(origin).Existing(), node.Stores));

    private static List<PlannedJob> JobsOf(PlanResult? plan) =>
        [.. (plan?.Statements ?? default).OfType<PlannedJob>().Where(job => job.Query is null)];
}
