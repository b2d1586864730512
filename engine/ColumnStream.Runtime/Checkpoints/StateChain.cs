using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.State;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Follows the files that hold one state: a base and the changes since.</summary>
/// <remarks>
/// Used by the task at a barrier and by its snapshot writer between barrier and acknowledgement, never by both: the
/// next barrier comes after all acknowledgements.
/// </remarks>
internal sealed class StateChain(string uid, OperatorState state)
{
    private List<StateFile> _files = [];
    private bool _broken = true;

    public string Uid => uid;

    public OperatorState State => state;

    /// <summary>Gets whether the next snapshot must hold everything: at the start, after a loss, when changes grew large.</summary>
    public bool NeedsFull
    {
        get
        {
            if (_broken || state.MustBeFull)
            {
                return true;
            }

            long full = 0;
            long changes = 0;
            foreach (StateFile file in _files)
            {
                full += file.IsFull ? file.Length : 0;
                changes += file.IsFull ? 0 : file.Length;
            }

            return changes > full / 2;
        }
    }

    /// <summary>Takes a durable snapshot; no file when it held no rows.</summary>
    public void Add(StateFile? file, bool isFull)
    {
        if (isFull)
        {
            _files = [];
        }

        if (file is not null)
        {
            _files = [.. _files, file];
        }

        _broken = false;
    }

    /// <summary>Notes that a snapshot was lost.</summary>
    public void Break() => _broken = true;

    public StateSnapshot Snapshot() => new(uid, state.Name, _files)
    {
        Columns = _files.Count > 0 || state.Columns.Count == 0
            ? null : [.. state.Columns.Select(static c => new ColumnRecord(c.Name, $"{c.Type}", $"{c.Role}"))],
    };
}
