using System;
using System.Collections.Generic;

namespace ColumnStream.Testing.Formats;

/// <summary>Damages lines as files get damaged: a byte lost, added or changed, a piece copied, a space gone.</summary>
public sealed class LineMutator(Random random, string bytes)
{
    public void Mutate(List<byte> line)
    {
        for (int i = random.Next(1, 4); i > 0 && line.Count > 0; i--)
        {
            int at = random.Next(line.Count);
            switch (random.Next(7))
            {
                case 0:
                    line.RemoveAt(at);
                    break;
                case 1:
                    line.Insert(at, Byte());
                    break;
                case 2:
                    line[at] = Byte();
                    break;
                case 3:
                    int length = Math.Min(random.Next(1, 12), line.Count - at);
                    line.InsertRange(random.Next(line.Count), line.GetRange(at, length));
                    break;
                case 4:
                    int colon = line.IndexOf((byte)':', at);
                    line.Insert(colon < 0 ? at : colon + random.Next(2), (byte)' ');
                    break;
                case 5:
                    line.RemoveRange(at, Math.Min(random.Next(1, 8), line.Count - at));
                    break;
                default:
                    line[0] = Byte();
                    break;
            }
        }
    }

    private byte Byte() => random.Next(40) == 0 ? (byte)random.Next(0x80, 0x100) : (byte)bytes[random.Next(bytes.Length)];
}
