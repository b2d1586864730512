using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Gathers and joins run-end encoded columns; neighbours of one run stay one run.</summary>
internal static unsafe class RunTake
{
    /// <exception cref="OverflowException">The ends do not fit their type.</exception>
    public static RunEndEncodedArray Take(RunEndEncodedArray array, int* rows, int count, BufferAllocator allocator)
    {
        DataType endType = array.RunEnds.Type;
        CheckEnd(endType, count);
        NativeBuffer runs = allocator.Allocate(count * 4L);
        NativeBuffer? ends = null;
        try
        {
            int* taken = (int*)runs.Pointer;
            ends = allocator.Allocate((long)count * endType.ByteWidth);
            int runCount = 0;
            for (int i = 0; i < count; i++)
            {
                int run = rows[i] < 0 ? -1 : array.GetRun(rows[i]);
                if (runCount == 0 || taken[runCount - 1] != run)
                {
                    taken[runCount++] = run;
                }

                WriteEnd(ends.Pointer, endType, runCount - 1, i + 1);
            }

            ArrayData values = TakeKernel.Gather(array.Values, taken, runCount, negative: true, allocator);
            ends.Length = (long)runCount * endType.ByteWidth;
            return new RunEndEncodedArray(array.Type, count, new FixedWidthArray(endType, runCount, ends, null), values);
        }
        catch
        {
            ends?.Release();
            throw;
        }
        finally
        {
            runs.Release();
        }
    }

    /// <summary>Copies the ends of a slice so that they count from its first row, and slices the values.</summary>
    public static void Trim(
        RunEndEncodedArray array, BufferAllocator allocator, out FixedWidthArray ends, out ArrayData values)
    {
        int first = array.Length == 0 ? 0 : array.GetRun(0);
        int count = array.Length == 0 ? 0 : array.GetRun(array.Length - 1) - first + 1;
        DataType type = array.RunEnds.Type;
        NativeBuffer buffer = allocator.Allocate((long)count * type.ByteWidth);
        try
        {
            values = array.Values.Slice(first, count, allocator);
        }
        catch
        {
            buffer.Release();
            throw;
        }

        for (int i = 0; i < count; i++)
        {
            WriteEnd(buffer.Pointer, type, i, array.GetRunEnd(first + i));
        }

        ends = new FixedWidthArray(type, count, buffer, null);
    }

    /// <exception cref="OverflowException">The ends do not fit their type.</exception>
    public static RunEndEncodedArray Join(ReadOnlySpan<ArrayData> arrays, int rows, BufferAllocator allocator)
    {
        DataType endType = ((RunEndEncodedArray)arrays[0]).RunEnds.Type;
        CheckEnd(endType, rows);
        var ends = new FixedWidthArray[arrays.Length];
        var values = new ArrayData[arrays.Length];
        int done = 0;
        NativeBuffer? joined = null;
        try
        {
            long runs = 0;
            for (; done < values.Length; done++)
            {
                Trim((RunEndEncodedArray)arrays[done], allocator, out ends[done], out values[done]);
                runs += ends[done].Length;
            }

            joined = allocator.Allocate(runs * endType.ByteWidth);
            int run = 0;
            int before = 0;
            for (int i = 0; i < ends.Length; i++)
            {
                for (int k = 0; k < ends[i].Length; k++)
                {
                    WriteEnd(joined.Pointer, endType, run++, before + RunEndEncodedArray.End(ends[i], k));
                }

                before += arrays[i].Length;
            }

            ArrayData all = ArrayConcat.Concat(values, allocator);
            return new RunEndEncodedArray(arrays[0].Type, rows, new FixedWidthArray(endType, run, joined, null), all);
        }
        catch
        {
            joined?.Release();
            throw;
        }
        finally
        {
            ArrayData.ReleaseAll(values.AsSpan(0, done));
            ArrayData.ReleaseAll(ends.AsSpan(0, done));
        }
    }

    private static void CheckEnd(DataType type, int rows)
    {
        if (type.Id == TypeId.Int16 && rows > short.MaxValue)
        {
            throw new OverflowException($"Rows exceed what run ends can hold: {rows}, {type}.");
        }
    }

    private static void WriteEnd(byte* ends, DataType type, int run, long end)
    {
        switch (type.Id)
        {
            case TypeId.Int16:
                ((short*)ends)[run] = (short)end;
                break;
            case TypeId.Int32:
                ((int*)ends)[run] = (int)end;
                break;
            default:
                ((long*)ends)[run] = end;
                break;
        }
    }
}
