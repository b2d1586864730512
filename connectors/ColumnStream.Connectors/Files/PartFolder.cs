using System;
using System.Collections.Generic;
using ColumnStream.Engine.Sinks;

namespace ColumnStream.Connectors.Files;

/// <summary>Holds the parts of one writer: nobody sees them until they are shown, then each is there whole.</summary>
internal abstract class PartFolder(SinkContext context)
{
    /// <summary>Gets the names of the parts that this writer began and that are not shown yet.</summary>
    protected HashSet<string> Mine { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets the most bytes that a part can have.</summary>
    public virtual long MostBytes => long.MaxValue;

    /// <summary>Returns the folder of a table.</summary>
    public static PartFolder Of(SinkContext context, FileTableOptions options, string name) =>
        BucketPath.Is(options.Path) ? new BucketPartFolder(context, options, name) : new LocalPartFolder(context, options, name);

    /// <summary>Begins a part that nobody sees.</summary>
    public abstract PartTarget Create();

    /// <summary>Returns the visible name of a part of an epoch; those that another run of the job left are passed over.</summary>
    public abstract string FinalName(FileCommittable part, long epoch, ref int index);

    /// <summary>Makes a part visible; nothing happens if it is.</summary>
    /// <exception cref="Engine.Errors.ExternalException">It is lost, damaged, or its name has another content.</exception>
    public abstract void Show(FileCommittable part);

    /// <summary>Makes what changed in the folder survive a crash.</summary>
    public abstract void Sync();

    /// <summary>Removes parts of runs that ended and never claimed them.</summary>
    public abstract void CleanUp();

    /// <summary>Tells whether a part that is not shown will never be: no later run's, nor one of this run that is still written.</summary>
    protected bool IsLeftover(int subtask, long generation, string run, string name)
    {
        // This run may have been halted while a later one took over: that one's parts are not leftovers.
        bool isLater = generation > context.Generation;
        bool isOfThisRun = generation == context.Generation && run == context.RunNonce;
        bool isOurs = subtask % context.Parallelism == context.Subtask;
        return !isLater && (!isOfThisRun || (isOurs && !Mine.Contains(name)));
    }
}
