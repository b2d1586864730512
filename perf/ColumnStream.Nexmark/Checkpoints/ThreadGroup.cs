using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace ColumnStream.Nexmark.Checkpoints;

/// <summary>Reads the CPU time of the threads whose names begin alike, in nanoseconds, from the scheduler's own account.</summary>
internal sealed class ThreadGroup
{
    private readonly List<string> _accounts = [];

    /// <summary>Finds the threads that are there.</summary>
    /// <param name="prefix">How their names begin.</param>
    public ThreadGroup(string prefix)
    {
        foreach (string thread in Directory.GetDirectories("/proc/self/task"))
        {
            if (File.ReadAllText(Path.Combine(thread, "comm")).StartsWith(prefix, StringComparison.Ordinal))
            {
                _accounts.Add(Path.Combine(thread, "schedstat"));
            }
        }

        if (_accounts.Count == 0)
        {
            throw new InvalidOperationException($"No thread has this name: {prefix}.");
        }
    }

    /// <summary>Gets what they used up to now.</summary>
    public long CpuNs
    {
        get
        {
            long sum = 0;
            foreach (string account in _accounts)
            {
                string text = File.ReadAllText(account);
                sum += long.Parse(text.AsSpan(0, text.IndexOf(' ', StringComparison.Ordinal)), CultureInfo.InvariantCulture);
            }

            return sum;
        }
    }
}
