using System;
using System.Threading.Tasks;
using ColumnStream.Engine.Lookups;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Runs work that blocks, piece by piece, on the executor for files.</summary>
/// <remarks>Whoever awaits a piece goes on in the turn that ended it, so that a simulation meets no foreign thread.</remarks>
internal sealed class BackgroundUnit : TaskUnit
{
    private readonly Mailbox _mailbox;

    public BackgroundUnit(string name, Executor io, JobShare share)
        : base(name, io, share)
    {
        _mailbox = new Mailbox(this);
        Work = new Worker(_mailbox);
    }

    /// <summary>Gets what takes pieces that must not throw.</summary>
    public Mailbox Pieces => _mailbox;

    /// <summary>Gets what takes the work.</summary>
    public Worker Work { get; }

    protected override TurnResult Run(in TurnBudget budget)
    {
        _mailbox.Drain();
        return TurnResult.Idle;
    }

    protected override void Fail(Exception failure)
    {
        // Nothing that is run here throws: failures go to whoever awaits.
    }

    /// <summary>Takes work for a unit.</summary>
    internal sealed class Worker(Mailbox mailbox) : LookupWorker
    {
        public override Task RunAsync(Action work)
        {
            var done = new TaskCompletionSource();
            mailbox.Post(() =>
            {
                try
                {
                    work();
                }
                catch (Exception failure)
                {
                    done.SetException(failure);
                    return;
                }

                done.SetResult();
            });
            return done.Task;
        }
    }
}
