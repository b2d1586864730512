using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;
using ColumnStream.Runtime.Checkpoints;

namespace ColumnStream.Runtime.Upgrades;

/// <summary>Decides what becomes of everything that a checkpoint holds when a plan goes on from it: the only place that does.</summary>
internal sealed class UpgradeCheck
{
    private const string Values = "values";
    private readonly List<HeldOperator> _held;
    private readonly IReadOnlyList<PlannedOperator> _planned;
    private readonly bool _isMeasured;
    private readonly Dictionary<string, HeldOperator> _matches = new(StringComparer.Ordinal);
    private readonly HashSet<HeldOperator> _taken = [];
    private readonly List<OperatorUpgrade> _upgrades = [];
    private readonly HashSet<string> _begunAnew = new(StringComparer.Ordinal);
    private readonly HashSet<string> _restored = new(StringComparer.Ordinal);

    private UpgradeCheck(List<HeldOperator> held, IReadOnlyList<PlannedOperator> planned, bool isMeasured)
    {
        _held = held;
        _planned = planned;
        _isMeasured = isMeasured;
    }

    /// <summary>Decides.</summary>
    public static UpgradeReport Run(List<HeldOperator> held, IReadOnlyList<PlannedOperator> planned, bool isMeasured)
    {
        var check = new UpgradeCheck(held, planned, isMeasured);
        check.MatchOperators();
        foreach (PlannedOperator wanted in planned)
        {
            check._upgrades.Add(check.Decide(wanted));
        }

        foreach (HeldOperator left in held)
        {
            if (!check._taken.Contains(left))
            {
                check.AddDropped(left);
            }
        }

        return new UpgradeReport(check._upgrades, isMeasured);
    }

    /// <summary>
    /// Finds who is who. Equal uids differ by a number that follows their order in the script, so among them who shares the most
    /// columns belongs together.
    /// </summary>
    private void MatchOperators()
    {
        var pairs = new List<(int Score, int Order, PlannedOperator Planned, HeldOperator Held)>();
        int order = 0;
        foreach (PlannedOperator planned in _planned)
        {
            foreach (HeldOperator held in _held)
            {
                bool isSame = planned.Record.Uid == held.Record.Uid;
                bool isEqual = planned.Record.States.Count > 0
                    && Lineage.WithoutOrdinal(planned.Record.Uid) == Lineage.WithoutOrdinal(held.Record.Uid);
                if (isSame || isEqual)
                {
                    int shared = isEqual && held.IsDescribed ? 2 * Shared(planned, held) : 0;
                    pairs.Add((shared + (isSame ? 1 : 0), order++, planned, held));
                }
            }
        }

        pairs.Sort(static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Order.CompareTo(b.Order));
        foreach ((_, _, PlannedOperator planned, HeldOperator held) in pairs)
        {
            if (!_matches.ContainsKey(planned.Record.Uid) && !_taken.Contains(held))
            {
                _matches.Add(planned.Record.Uid, held);
                _taken.Add(held);
            }
        }
    }

    /// <summary>Counts the columns that two operators share.</summary>
    private static int Shared(PlannedOperator planned, HeldOperator held)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (StateRecord state in held.Record.States)
        {
            foreach (ColumnRecord column in state.Columns)
            {
                names.Add(column.Name);
            }
        }

        int shared = 0;
        foreach (StateRecord state in planned.Record.States)
        {
            foreach (ColumnRecord column in state.Columns)
            {
                shared += names.Contains(column.Name) ? 1 : 0;
            }
        }

        return shared;
    }

    private OperatorUpgrade Decide(PlannedOperator wanted)
    {
        OperatorRecord record = wanted.Record;
        string? anew = Anew(wanted.Upstream);
        if (!_matches.TryGetValue(record.Uid, out HeldOperator? held))
        {
            return DecideNew(wanted);
        }

        var notes = new List<string>();
        UpgradeConsent needs = record.Kind switch
        {
            "source" or Values => TableUpgrade.CheckSource(held, record, notes),
            "sink" => TableUpgrade.CheckSink(held, record, notes),
            _ => UpgradeConsent.None,
        };
        if (record.Kind is "source" or "sink" or Values)
        {
            bool isLost = needs != UpgradeConsent.None;
            return new OperatorUpgrade(
                record.Uid, held.Record.Uid, record.Kind, Title(record),
                isLost ? UpgradeVerdict.Rebuild : UpgradeVerdict.Keep, needs)
            {
                Notes = notes,
            };
        }

        CompareFacts(held, record, notes);
        var states = new List<StateUpgrade>();
        var changes = new List<string>();
        var begun = new List<string>();
        MatchStates(held, record, states, notes, changes, begun);
        if (anew is not null && record.Kind != "watermark")
        {
            notes.Add($"Its rows begin anew, since {anew} does.");
        }

        if (notes.Count > 0)
        {
            return Rebuild(wanted, held, notes);
        }

        if (begun.Count > 0)
        {
            needs = wanted.TakesUpdates ? UpgradeConsent.Never : UpgradeConsent.PartialHistory;
            IEnumerable<string> names = begun.Select(id => AggregateOf(id, record, held)).Distinct(StringComparer.Ordinal);
            notes.Add($"Begins at the checkpoint, without the rows before it: {string.Join(", ", names)}.");
            if (wanted.TakesUpdates)
            {
                notes.Add("Its input takes rows back that the new columns never saw: their answers would be wrong for good.");
            }
        }

        IEnumerable<string> told = changes.Select(c => AggregatesIn(c, record, held)).Distinct(StringComparer.Ordinal);
        if (record.Uid != held.Record.Uid)
        {
            told = told.Prepend($"Was {held.Record.Uid}: equal operators are told apart by what they keep.");
        }

        _restored.Add(record.Uid);
        bool isSame = changes.Count + begun.Count == 0 && states.TrueForAll(s => s.Verdict == UpgradeVerdict.Keep);
        return new OperatorUpgrade(
            record.Uid, held.Record.Uid, record.Kind, Title(record),
            isSame ? UpgradeVerdict.Keep : UpgradeVerdict.Migrate, needs)
        {
            States = states, Notes = [.. notes, .. told], Rows = held.Rows, Bytes = held.Bytes,
        };
    }

    /// <summary>Returns what people call an aggregate's state.</summary>
    private static string AggregateOf(string id, OperatorRecord wanted, HeldOperator held) =>
        wanted.Facts.TryGetValue(PlanMeaning.AggregateLabel + id, out string? text)
        || held.Record.Facts.TryGetValue(PlanMeaning.AggregateLabel + id, out text) ? text : id;

    private static string AggregatesIn(string note, OperatorRecord wanted, HeldOperator held)
    {
        foreach ((string label, string text) in held.Record.Facts.Concat(wanted.Facts))
        {
            if (label.StartsWith(PlanMeaning.AggregateLabel, StringComparison.Ordinal))
            {
                note = note.Replace(label[PlanMeaning.AggregateLabel.Length..], text, StringComparison.Ordinal);
            }
        }

        return note;
    }

    private OperatorUpgrade Rebuild(PlannedOperator wanted, HeldOperator held, List<string> notes)
    {
        UpgradeConsent needs = UpgradeConsent.DropState;
        if (ChangesRestored(wanted))
        {
            needs = UpgradeConsent.Never;
            notes.Add("Begun empty it would be told to take rows back that it never saw.");
        }

        _begunAnew.Add(wanted.Record.Uid);
        return new OperatorUpgrade(
            wanted.Record.Uid, held.Record.Uid, wanted.Record.Kind, Title(wanted.Record), UpgradeVerdict.Rebuild, needs)
        {
            Notes = notes, Rows = held.Rows, Bytes = held.Bytes,
            States = [.. StatesOf(held, UpgradeVerdict.Drop)],
        };
    }

    private OperatorUpgrade DecideNew(PlannedOperator wanted)
    {
        OperatorRecord record = wanted.Record;
        var notes = new List<string>();
        UpgradeConsent needs = UpgradeConsent.None;
        if (record.Kind is "source" or Values)
        {
            notes.Add("Is read from its start.");
        }
        else if (record.Kind == "sink")
        {
            notes.Add("Is written from the checkpoint on.");
        }
        else if (record.Kind != "watermark")
        {
            notes.Add("Begins empty: it knows rows from the checkpoint on.");
            if (Nearest(record) is { } nearest)
            {
                notes.Add(nearest);
            }

            _begunAnew.Add(record.Uid);
            if (ChangesRestored(wanted))
            {
                needs = UpgradeConsent.Never;
                notes.Add("Its input is kept and takes rows back that it never saw.");
            }
        }

        return new OperatorUpgrade(record.Uid, null, record.Kind, Title(record), UpgradeVerdict.New, needs) { Notes = notes };
    }

    private void AddDropped(HeldOperator left)
    {
        OperatorRecord record = left.Record;
        bool isEmpty = record.Kind == "sink" ? !left.HasUncommitted
            : record.Kind == "watermark" || (record.Kind is not ("source" or Values) && _isMeasured && left.Bytes == 0);
        var notes = new List<string>();
        if (record.Kind == "sink" && !_isMeasured)
        {
            notes.Add("Is refused while parts that it prepared are not committed.");
        }
        else if (!isEmpty)
        {
            notes.Add(record.Kind switch
            {
                "sink" => "Parts that it prepared would never be committed.",
                "source" or Values => "Its positions would be forgotten.",
                _ => "Nothing in the new statements has this meaning.",
            });
        }

        _upgrades.Add(new OperatorUpgrade(
            record.Uid, record.Uid, record.Kind, Title(record), UpgradeVerdict.Drop,
            isEmpty ? UpgradeConsent.None : UpgradeConsent.DropState)
        {
            Notes = notes, Rows = left.Rows, Bytes = left.Bytes, States = [.. StatesOf(left, UpgradeVerdict.Drop)],
        });
    }

    private static IEnumerable<StateUpgrade> StatesOf(HeldOperator held, UpgradeVerdict verdict)
    {
        foreach (StateRecord state in held.Record.States)
        {
            (long rows, long bytes) = held.SizeOf(state.Name);
            yield return new StateUpgrade(state.Name, state.Name, verdict, rows, bytes);
        }
    }

    private static void CompareFacts(HeldOperator held, OperatorRecord wanted, List<string> notes)
    {
        if (!held.IsDescribed)
        {
            return;
        }

        if (held.Record.Kind != wanted.Kind)
        {
            notes.Add($"Kind was {held.Record.Kind} and is {wanted.Kind}.");
            return;
        }

        foreach ((string label, string now) in wanted.Facts)
        {
            string before = held.Record.Facts.TryGetValue(label, out string? text) ? text : "nothing";
            if (before != now && !label.StartsWith(PlanMeaning.AggregateLabel, StringComparison.Ordinal))
            {
                notes.Add($"{char.ToUpperInvariant(label[0])}{label[1..]} changed: was {before}; is {now}.");
            }
        }
    }

    private static void MatchStates(
        HeldOperator held, OperatorRecord wanted, List<StateUpgrade> states, List<string> refusals, List<string> changes,
        List<string> begun)
    {
        var left = new List<StateRecord>(held.Record.States);
        foreach (StateRecord state in wanted.States)
        {
            StateRecord? from = left.Find(s => s.Name == state.Name)
                ?? (state.IsOptional ? left.Find(s => s.IsOptional && StateMatch.HasSameKeys(s, state)) : null);
            if (from is null)
            {
                if (state.IsOptional)
                {
                    begun.Add(state.Name.Replace("values.", string.Empty, StringComparison.Ordinal));
                    states.Add(new StateUpgrade(state.Name, null, UpgradeVerdict.New, 0, 0));
                }
                else
                {
                    refusals.Add(Missing(state, left));
                }

                continue;
            }

            left.Remove(from);
            var match = StateMatch.Of(from, state);
            refusals.AddRange(match.Refusals);
            changes.AddRange(match.Notes);
            foreach (string name in match.Begun)
            {
                if (!begun.Contains(name))
                {
                    begun.Add(name);
                }
            }

            (long rows, long bytes) = held.SizeOf(from.Name);
            states.Add(new StateUpgrade(
                state.Name, from.Name, match.IsSame ? UpgradeVerdict.Keep : UpgradeVerdict.Migrate, rows, bytes)
            {
                Notes = match.Notes,
                Sources = match.IsSame ? null : match.Sources,
                Bits = match.IsSame ? null : match.Bits,
            });
        }

        foreach (StateRecord gone in left)
        {
            (long rows, long bytes) = held.SizeOf(gone.Name);
            if (gone.IsOptional || (!held.IsDescribed && bytes <= 0))
            {
                states.Add(new StateUpgrade(gone.Name, gone.Name, UpgradeVerdict.Drop, rows, bytes));
                changes.Add($"State '{gone.Name}' is dropped with its aggregate.");
            }
            else if (held.IsDescribed)
            {
                refusals.Add($"State '{gone.Name}' has no place any more.");
            }
        }
    }

    private static string Missing(StateRecord wanted, List<StateRecord> held)
    {
        string what = wanted.Name.Split(OperatorState.LayoutMark)[0];
        StateRecord? other = held.Find(s => s.Name.Split(OperatorState.LayoutMark)[0] == what);
        return other is null
            ? $"State '{wanted.Name}' is not in the checkpoint."
            : $"State '{what}' is held in another layout: '{other.Name}', now '{wanted.Name}'.";
    }

    /// <summary>Names the operator above that begins anew, or null.</summary>
    private string? Anew(IReadOnlyList<string> upstream)
    {
        foreach (string uid in upstream)
        {
            if (_begunAnew.Contains(uid))
            {
                return uid;
            }
        }

        return null;
    }

    /// <summary>Tells whether rows are taken back by an operator that goes on with what it holds.</summary>
    private bool ChangesRestored(PlannedOperator wanted)
    {
        foreach (string uid in wanted.Upstream)
        {
            if (wanted.TakesUpdates && _restored.Contains(uid))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Names the held operator that is most like a new one, and what differs.</summary>
    private string? Nearest(OperatorRecord wanted)
    {
        HeldOperator? best = null;
        int most = 0;
        foreach (HeldOperator held in _held)
        {
            if (_taken.Contains(held) || held.Record.Kind != wanted.Kind || !held.IsDescribed)
            {
                continue;
            }

            int same = 1;
            foreach ((string label, string text) in wanted.Facts)
            {
                same += held.Record.Facts.TryGetValue(label, out string? before) && before == text ? 1 : 0;
            }

            if (same > most)
            {
                (best, most) = (held, same);
            }
        }

        if (best is null)
        {
            return null;
        }

        var notes = new List<string>();
        CompareFacts(best, wanted, notes);
        string differs = notes.Count == 0 ? "Its rows come another way." : string.Join(' ', notes);
        return $"Nearest in the checkpoint: {best.Record.Uid}. {differs}";
    }

    private static string Title(OperatorRecord record)
    {
        string Fact(string label) => record.Facts.TryGetValue(label, out string? text) ? text : string.Empty;
        string what = record.Kind.Replace('-', ' ');
        if (record.Kind is "source" or "sink" or Values && Fact("table").Length > 0)
        {
            return $"{what} {Fact("table")}";
        }

        string rows = Fact("rows").Length > 0 ? Fact("rows") : $"{Fact("left rows")} and {Fact("right rows")}";
        return record.Facts.Count == 0 ? what
            : Fact("time").Length > 0 ? $"{what} of {Fact("time")}"
            : $"{what} of {rows}{(Fact("keys").Length > 0 ? $" by {Fact("keys")}" : string.Empty)}"
                + (Fact("window").Length > 0 ? $" in {Fact("window")}" : string.Empty);
    }
}
