using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Changes the case of ASCII letters by vectors: short text inside its view, long text on its way to the arena.</summary>
/// <remarks>Texts with other letters are noted on the way and converted by characters at the end.</remarks>
internal sealed unsafe class LetterCaseStep(int a, bool upper) : RowStep
{
    private const byte CaseBit = 0x20;
    private const int Chunk = 32;

    protected override byte* Validity(Frame frame) => frame[a].Valid;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void RunRows(Frame frame, ulong* mask)
    {
        StringView* views = (StringView*)frame[a].Data;
        StringView* results = (StringView*)frame[Result].Data;
        byte* room = frame.ReserveTile(LongBytes(views, mask) + Chunk, out int buffer, out int offset);
        byte** buffers = frame.Buffers + frame[a].BufferBase;
        byte* target = room;
        Vector128<byte> inline = Vector128.Create(0, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF).AsByte();
        Vector256<byte> first = Vector256.Create((byte)(upper ? 'a' : 'A'));
        Vector256<byte> letters = Vector256.Create((byte)26);
        Vector256<byte> caseBit = Vector256.Create(CaseBit);
        ulong* others = stackalloc ulong[8];
        for (int w = 0; w < 8; w++)
        {
            others[w] = 0;
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int bit = BitOperations.TrailingZeroCount(bits);
                StringView* view = views + (w * 64) + bit;
                uint seen;
                if (view->IsInline)
                {
                    Vector128<byte> bytes = Vector128.Load((byte*)view);
                    Vector128<byte> change = Vector128.LessThan(bytes - first.GetLower(), letters.GetLower())
                        & caseBit.GetLower() & inline;
                    (bytes ^ change).Store((byte*)(results + (w * 64) + bit));
                    seen = (bytes & inline).ExtractMostSignificantBits();
                }
                else if (room is null)
                {
                    seen = 1;
                }
                else
                {
                    byte* text = buffers[view->BufferIndex] + view->Offset;
                    int length = view->Length;
                    seen = 0;
                    for (int i = 0; i < length; i += Chunk)
                    {
                        Vector256<byte> bytes = Vector256.Load(text + i);
                        (bytes ^ (Vector256.LessThan(bytes - first, letters) & caseBit)).Store(target + i);
                        uint behind = length - i < Chunk ? uint.MaxValue << (length - i) : 0;
                        seen |= bytes.ExtractMostSignificantBits() & ~behind;
                    }

                    results[(w * 64) + bit] = StringView.Create(target, length, buffer, offset + (int)(target - room));
                    target += length;
                }

                others[w] |= (seen == 0 ? 0UL : 1) << bit;
            }
        }

        if (room is not null)
        {
            frame.CommitTile(target - room);
        }

        Others(frame, others);
    }

    private static long LongBytes(StringView* views, ulong* mask)
    {
        long bytes = 0;
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                StringView* view = views + (w * 64) + BitOperations.TrailingZeroCount(bits);
                bytes += view->IsInline ? 0 : view->Length;
            }
        }

        return bytes;
    }

    private void Others(Frame frame, ulong* others)
    {
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = others[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                Write(frame[Result], row, LetterCase.Convert(frame, frame.Text(frame[a], row), upper));
            }
        }
    }
}
