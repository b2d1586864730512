using System;
using System.Collections.Generic;
using ColumnStream.Engine.State;
using ColumnStream.Runtime.Checkpoints;

namespace ColumnStream.Runtime.Upgrades;

/// <summary>Holds one state against the one of the checkpoint, column by column, by meaning and never by position.</summary>
internal sealed class StateMatch
{
    private const string Seen = "seen:";
    private static readonly string[] s_integers = ["int8", "int16", "int32", "int64"];

    private readonly List<string> _notes = [];
    private readonly List<string> _refusals = [];
    private readonly List<string> _begun = [];
    private readonly StateRecord _held;
    private readonly StateRecord _wanted;
    private readonly int[] _sources;
    private readonly int[]?[] _bits;

    private StateMatch(StateRecord held, StateRecord wanted)
    {
        _held = held;
        _wanted = wanted;
        _sources = new int[wanted.Columns.Count];
        _bits = new int[wanted.Columns.Count][];
    }

    /// <summary>Gets what changes.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Gets what cannot be.</summary>
    public IReadOnlyList<string> Refusals => _refusals;

    /// <summary>Gets the aggregates that begin empty.</summary>
    public IReadOnlyList<string> Begun => _begun;

    /// <summary>Gets for each column the held one, or -1.</summary>
    public int[] Sources => _sources;

    /// <summary>Gets for each column where its bits come from, or null.</summary>
    public int[]?[] Bits => _bits;

    /// <summary>Gets whether every column is where it was, as it was.</summary>
    public bool IsSame { get; private set; } = true;

    /// <summary>Matches two states; a checkpoint that does not say what its columns are is taken as it is.</summary>
    public static StateMatch Of(StateRecord held, StateRecord wanted)
    {
        var match = new StateMatch(held, wanted);
        if (held.Columns.Count > 0 || wanted.Columns.Count == 0)
        {
            match.Run();
        }
        else
        {
            for (int i = 0; i < match._sources.Length; i++)
            {
                match._sources[i] = i;
            }
        }

        return match;
    }

    /// <summary>Tells whether two states of aggregates hold values of one column by one key.</summary>
    public static bool HasSameKeys(StateRecord held, StateRecord wanted)
    {
        List<ColumnRecord> left = KeysOf(held);
        List<ColumnRecord> right = KeysOf(wanted);
        if (left.Count != right.Count || HasSeen(held) != HasSeen(wanted))
        {
            return false;
        }

        for (int i = 0; i < left.Count; i++)
        {
            if (left[i].Name != right[i].Name)
            {
                return false;
            }
        }

        return true;
    }

    private static bool HasSeen(StateRecord state)
    {
        foreach (ColumnRecord column in state.Columns)
        {
            if (Is(column, StateColumnRole.Value))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Is(ColumnRecord column, StateColumnRole role) => column.Role == role.ToString();

    private static List<ColumnRecord> KeysOf(StateRecord state)
    {
        var keys = new List<ColumnRecord>();
        foreach (ColumnRecord column in state.Columns)
        {
            if (Is(column, StateColumnRole.Key) || Is(column, StateColumnRole.Row))
            {
                keys.Add(column);
            }
        }

        return keys;
    }

    private void Run()
    {
        var taken = new bool[_held.Columns.Count];
        MatchKeys(taken);
        for (int i = 0; i < _sources.Length; i++)
        {
            if (!Is(_wanted.Columns[i], StateColumnRole.Key))
            {
                Match(i, taken);
            }

            IsSame &= _sources[i] == i && _bits[i] is null;
        }

        for (int i = 0; i < taken.Length; i++)
        {
            ColumnRecord left = _held.Columns[i];
            if (taken[i])
            {
                continue;
            }

            IsSame = false;
            if (Is(left, StateColumnRole.Own))
            {
                _refusals.Add($"State '{_wanted.Name}' holds '{left.Name}', which the operator does not keep any more.");
            }
            else if (!Is(left, StateColumnRole.Link) && !Is(left, StateColumnRole.Key))
            {
                _notes.Add($"State '{_wanted.Name}' leaves out {Shown(left.Name)}.");
            }
        }
    }

    /// <summary>Keys must be the same in the same order: they decide where a row is.</summary>
    private void MatchKeys(bool[] taken)
    {
        List<int> held = Positions(_held);
        List<int> wanted = Positions(_wanted);
        for (int i = 0; i < Math.Max(held.Count, wanted.Count); i++)
        {
            if (i >= held.Count)
            {
                _sources[wanted[i]] = -1;
                _refusals.Add($"State '{_wanted.Name}' has no key {_wanted.Columns[wanted[i]].Name}.");
            }
            else if (i >= wanted.Count)
            {
                _refusals.Add($"State '{_wanted.Name}' is kept by {_held.Columns[held[i]].Name} too.");
            }
            else
            {
                ColumnRecord from = _held.Columns[held[i]];
                ColumnRecord to = _wanted.Columns[wanted[i]];
                taken[held[i]] = true;
                _sources[wanted[i]] = held[i];
                if (from.Name != to.Name)
                {
                    _refusals.Add($"Key {i + 1} of state '{_wanted.Name}' was {from.Name} and is {to.Name}.");
                }
                else
                {
                    CheckType(from, to, "Key");
                }
            }
        }
    }

    private static List<int> Positions(StateRecord state)
    {
        var keys = new List<int>();
        for (int i = 0; i < state.Columns.Count; i++)
        {
            if (Is(state.Columns[i], StateColumnRole.Key))
            {
                keys.Add(i);
            }
        }

        return keys;
    }

    private void Match(int index, bool[] taken)
    {
        ColumnRecord wanted = _wanted.Columns[index];
        for (int i = 0; i < taken.Length; i++)
        {
            if (!taken[i] && _held.Columns[i].Name == wanted.Name && _held.Columns[i].Role == wanted.Role)
            {
                taken[i] = true;
                _sources[index] = i;
                CheckType(_held.Columns[i], wanted, "Column");
                return;
            }
        }

        if (wanted.Name.StartsWith(Seen, StringComparison.Ordinal) && MatchBits(index, taken))
        {
            return;
        }

        _sources[index] = -1;
        if (Is(wanted, StateColumnRole.Value))
        {
            AddBegun(wanted.Name);
        }
        else if (!Is(wanted, StateColumnRole.Link))
        {
            _refusals.Add($"State '{_wanted.Name}' holds no {wanted.Name}: rows that came before cannot have it.");
        }
    }

    /// <summary>Aggregates that share a set have a bit each: bits are moved by the aggregates' names.</summary>
    private bool MatchBits(int index, bool[] taken)
    {
        int held = 0;
        while (held < taken.Length && !_held.Columns[held].Name.StartsWith(Seen, StringComparison.Ordinal))
        {
            held++;
        }

        if (held == taken.Length)
        {
            return false;
        }

        taken[held] = true;
        _sources[index] = held;
        string[] before = _held.Columns[held].Name[Seen.Length..].Split(',');
        string[] after = _wanted.Columns[index].Name[Seen.Length..].Split(',');
        _bits[index] = Array.ConvertAll(after, name => Array.IndexOf(before, name));
        for (int i = 0; i < after.Length; i++)
        {
            if (_bits[index]![i] < 0)
            {
                AddBegun(after[i]);
            }
        }

        return true;
    }

    private void AddBegun(string cell)
    {
        string name = Shown(cell);
        if (!_begun.Contains(name))
        {
            _begun.Add(name);
        }
    }

    /// <summary>Returns the aggregate that a cell belongs to.</summary>
    private static string Shown(string cell)
    {
        string name = cell.StartsWith("given.", StringComparison.Ordinal) ? cell["given.".Length..]
            : cell.StartsWith("count:", StringComparison.Ordinal) ? cell["count:".Length..]
            : cell.StartsWith(Seen, StringComparison.Ordinal) ? cell[Seen.Length..] : cell;
        int end = name.IndexOf('|', StringComparison.Ordinal);
        name = end > 0 ? name[..end] : name;
        int dot = name.LastIndexOf('.');
        return dot > 0 && dot < name.Length - 1 && char.IsAsciiDigit(name[dot + 1]) && !name.Contains(' ') ? name[..dot] : name;
    }

    private void CheckType(ColumnRecord from, ColumnRecord to, string what)
    {
        if (from.Type == to.Type)
        {
            return;
        }

        IsSame = false;
        int narrow = Array.IndexOf(s_integers, from.Type);
        if (narrow >= 0 && narrow < Array.IndexOf(s_integers, to.Type))
        {
            _notes.Add($"{what} {to.Name} of state '{_wanted.Name}' grows from {from.Type} to {to.Type}.");
            return;
        }

        _refusals.Add($"{what} {to.Name} of state '{_wanted.Name}' was {from.Type} and is {to.Type}.");
    }
}
