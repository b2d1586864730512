using System;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Runtime.Exchange;

/// <summary>Is one end of an exchange that leads over a transport; belongs to its job and ends with it.</summary>
internal abstract class ExchangeUnit(JobExecution job, string name) : TaskUnit(name, job.Executor, job.Share)
{
    private readonly ITaskOwner _owner = job;
    private volatile bool _stop;
    private bool _closed;

    /// <summary>Ends the unit at its next turn.</summary>
    public void Stop()
    {
        _stop = true;
        Notify();
    }

    /// <summary>Drops what lies in its local queue; once nobody sends any more.</summary>
    public virtual void Release()
    {
    }

    protected sealed override TurnResult Run(in TurnBudget budget)
    {
        if (_stop)
        {
            Close();
            return TurnResult.Done;
        }

        return Move(budget.Deadline) ? TurnResult.More : TurnResult.Idle;
    }

    protected sealed override void Fail(Exception failure)
    {
        if (!job.IsStopping)
        {
            _owner.Failed(this, failure);
        }

        Close();
    }

    /// <summary>Moves elements until nothing can be moved or time is up; returns whether more can be.</summary>
    protected abstract bool Move(long deadlineNs);

    /// <summary>Gives back what the unit holds.</summary>
    protected abstract void GiveBack();

    private void Close()
    {
        if (!_closed)
        {
            _closed = true;
            try
            {
                GiveBack();
            }
            catch (Exception failure)
            {
                _owner.Failed(this, failure);
            }
            finally
            {
                _owner.Closed(this);
            }
        }
    }
}
