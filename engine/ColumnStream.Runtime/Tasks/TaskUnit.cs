using System.Threading;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Is anything that gets turns: never two at once, never blocking on another unit.</summary>
/// <remarks>
/// The state word is one of the four lock-free protocols of the runtime:
/// <code>
/// Notify:  Idle -> Queued (and enqueue) | Running -> RunningNotified | otherwise nothing
/// Worker:  Queued -> Running (full fence: sees all that was sent before Notify) ... Running -> Idle, on failure requeue
/// </code>
/// </remarks>
public abstract class TaskUnit
{
    private const int Idle = 0;
    private const int Queued = 1;
    private const int Running = 2;
    private const int RunningNotified = 3;
    private const int Finished = 4;

    private int _state;

    /// <summary>Makes an idle unit; <see cref="Notify"/> gives it its first turn.</summary>
    protected TaskUnit(string name, Executor executor, JobShare job)
    {
        Name = name;
        Executor = executor;
        Job = job;
    }

    /// <summary>Gets the name that errors and metrics show.</summary>
    public string Name { get; }

    /// <summary>Gets who gives the turns.</summary>
    public Executor Executor { get; }

    /// <summary>Gets the account that turns are charged to.</summary>
    public JobShare Job { get; }

    /// <summary>Gets whether the unit will never run again.</summary>
    public bool IsFinished => Volatile.Read(ref _state) == Finished;

    /// <summary>Gets or sets the generation of the pending wake-up; the executor's own.</summary>
    internal long WakeAtNs { get; set; } = long.MaxValue;

    /// <summary>Asks for a turn; callable from any thread, idempotent.</summary>
    public void Notify()
    {
        while (true)
        {
            int state = Volatile.Read(ref _state);
            switch (state)
            {
                case Idle:
                    if (Interlocked.CompareExchange(ref _state, Queued, Idle) == Idle)
                    {
                        Executor.Enqueue(this);
                        return;
                    }

                    break;
                case Running:
                    if (Interlocked.CompareExchange(ref _state, RunningNotified, Running) == Running)
                    {
                        return;
                    }

                    break;
                default:
                    // A read-modify-write, so that what was sent before is seen by the turn that is coming.
                    if (Interlocked.CompareExchange(ref _state, state, state) == state)
                    {
                        return;
                    }

                    break;
            }
        }
    }

    /// <summary>Does some work; never blocks on another unit, never awaits.</summary>
    protected abstract TurnResult Run(in TurnBudget budget);

    /// <summary>Learns that <see cref="Run"/> threw; the unit is finished.</summary>
    protected abstract void Fail(System.Exception failure);

    /// <summary>Runs one turn; returns whether the unit must be queued again.</summary>
    internal bool Turn(in TurnBudget budget)
    {
        int before = Interlocked.Exchange(ref _state, Running);
        if (before != Queued)
        {
            throw new InvariantException(9001, $"Unit was given a turn while not queued: {Name}, {before}.");
        }

        TurnResult result;
        try
        {
            result = Run(budget);
        }
        catch (SimulatedCrashException)
        {
            Volatile.Write(ref _state, Finished);
            throw;
        }
        catch (System.Exception failure)
        {
            Volatile.Write(ref _state, Finished);
            Fail(failure);
            return false;
        }

        switch (result)
        {
            case TurnResult.Done:
                Volatile.Write(ref _state, Finished);
                return false;
            case TurnResult.Idle when Interlocked.CompareExchange(ref _state, Idle, Running) == Running:
                return false;
            default:
                Interlocked.Exchange(ref _state, Queued);
                return true;
        }
    }
}
