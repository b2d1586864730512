using System;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.Storage;

/// <summary>Checks names of objects: relative, <c>/</c> between segments, nothing that leaves the root or hides.</summary>
public static class ObjectName
{
    /// <summary>Checks a name.</summary>
    /// <exception cref="ExternalException">It is empty, absolute, or has an empty, dot-led or strange segment.</exception>
    public static void Check(string name)
    {
        if (!IsValid(name))
        {
            throw new ExternalException(5001, $"Object name is not allowed: {name}.", retryable: false);
        }
    }

    /// <summary>Checks a prefix: empty, or the beginning of a name.</summary>
    /// <exception cref="ExternalException">No name can begin with it.</exception>
    public static void CheckPrefix(string prefix)
    {
        if (prefix.Length > 0 && !IsValid(prefix.EndsWith('/') ? prefix + "x" : prefix))
        {
            throw new ExternalException(5001, $"Object name is not allowed: {prefix}.", retryable: false);
        }
    }

    /// <summary>Tells whether a name is allowed.</summary>
    public static bool IsValid(string name)
    {
        if (name.Length is 0 or > 1024)
        {
            return false;
        }

        foreach (string segment in name.Split('/'))
        {
            // A leading dot covers "." and ".." and keeps temporary files apart.
            if (segment.Length is 0 or > 200 || segment[0] == '.')
            {
                return false;
            }

            foreach (char c in segment)
            {
                if (!char.IsAsciiLetterOrDigit(c) && !"._-+=@,".Contains(c, StringComparison.Ordinal))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
