using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace ColumnStream.Testing.Chaos;

/// <summary>Is one way in which a file or object is not any more what was written.</summary>
/// <param name="Name">What is damaged.</param>
/// <param name="How">How, for reports.</param>
/// <param name="Content">What stands there now; null when nothing does.</param>
public sealed record Damage(string Name, string How, byte[]? Content)
{
    /// <summary>Lists damages of one object: gone, empty, zeros, cut at steps, a bit flipped at steps, others' bytes in its place.</summary>
    /// <param name="name">The object.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="others">Objects of its kind.</param>
    /// <param name="step">Bytes from one cut or flip to the next.</param>
    /// <param name="random">Draws where within a step, and which bit.</param>
    public static IEnumerable<Damage> Of(
        string name, byte[] content, IEnumerable<KeyValuePair<string, byte[]>> others, int step, Random random)
    {
        yield return new Damage(name, "deleted", null);
        yield return new Damage(name, "filled with zeros", new byte[content.Length]);
        for (int at = 0; at < content.Length; at += step)
        {
            yield return new Damage(name, $"cut to {at} bytes", content[..at]);
            int flipped = Math.Min(content.Length - 1, at + random.Next(step));
            int bit = random.Next(8);
            byte[] bytes = [.. content];
            bytes[flipped] ^= (byte)(1 << bit);
            yield return new Damage(name, string.Create(CultureInfo.InvariantCulture, $"bit {bit} of byte {flipped} flipped"), bytes);
        }

        foreach ((string other, byte[] bytes) in others)
        {
            if (other != name && Path.GetExtension(other) == Path.GetExtension(name))
            {
                yield return new Damage(name, $"replaced by {other}", bytes);
            }
        }
    }

    /// <summary>Returns the kind of a checkpoint's object: the folder, or what an epoch's folder holds.</summary>
    public static string KindOf(string name) =>
        name.StartsWith("ckpt/", StringComparison.Ordinal) ? name.EndsWith("manifest.json", StringComparison.Ordinal) ? "manifest" : "state"
        : name.Split('/', '.')[0];
}
