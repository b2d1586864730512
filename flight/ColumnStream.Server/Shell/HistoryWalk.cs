using System;
using System.Collections.Generic;

namespace ColumnStream.Server.Shell;

/// <summary>Walks through the history with the arrow keys: only entries that begin with what was typed first.</summary>
internal sealed class HistoryWalk(IReadOnlyList<string> entries, string text)
{
    private int _at = entries.Count;
    private string _typed = text;

    /// <summary>Gets or sets whether the text is an entry that was not changed.</summary>
    public bool IsUsed { get; set; }

    /// <summary>Returns the entry before, or null when there is none.</summary>
    public string? Back(string current)
    {
        if (!IsUsed)
        {
            _typed = current;
            _at = entries.Count;
        }

        for (int i = _at - 1; i >= 0; i--)
        {
            if (entries[i].StartsWith(_typed, StringComparison.OrdinalIgnoreCase) && entries[i] != current)
            {
                _at = i;
                IsUsed = true;
                return entries[i];
            }
        }

        return null;
    }

    /// <summary>Returns the entry behind, or what was typed first behind the last one; null when nothing is walked.</summary>
    public string? Forth()
    {
        if (!IsUsed)
        {
            return null;
        }

        for (int i = _at + 1; i < entries.Count; i++)
        {
            if (entries[i].StartsWith(_typed, StringComparison.OrdinalIgnoreCase))
            {
                _at = i;
                return entries[i];
            }
        }

        IsUsed = false;
        return _typed;
    }
}
