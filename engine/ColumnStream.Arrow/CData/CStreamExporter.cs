using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.CData;

/// <summary>Gives batches one by one to other code of the process by the Arrow C stream interface.</summary>
public static unsafe class CStreamExporter
{
    private const int InputOutputError = 5;

    /// <summary>Fills <paramref name="target"/>; takes over <paramref name="batches"/> and each batch that it yields.</summary>
    /// <remarks>What the enumerator throws becomes the stream's error, with the exception's message.</remarks>
    public static void Export(Schema schema, IEnumerator<RecordBatch> batches, CArrayStream* target)
    {
        *target = default;
        target->GetSchema = &GetSchema;
        target->GetNext = &GetNext;
        target->GetLastError = &GetLastError;
        target->Release = &Free;
        target->PrivateData = (void*)GCHandle.ToIntPtr(GCHandle.Alloc(new State(schema, batches)));
    }

    [UnmanagedCallersOnly]
    private static int GetSchema(CArrayStream* stream, CSchema* target)
    {
        State state = Of(stream);
        try
        {
            CSchemaExporter.Export(state.Schema, target);
            return 0;
        }
        catch (NotSupportedException e)
        {
            return state.Fail(e);
        }
    }

    [UnmanagedCallersOnly]
    private static int GetNext(CArrayStream* stream, CArray* target)
    {
        State state = Of(stream);
        *target = default;
        try
        {
            if (state.Batches.MoveNext())
            {
                RecordBatch batch = state.Batches.Current;
                CArrayExporter.Export(batch, target);
                batch.Release();
            }

            return 0;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Exceptions must not cross into foreign code: the caller gets them as text.
            return state.Fail(e);
        }
    }

    [UnmanagedCallersOnly]
    private static byte* GetLastError(CArrayStream* stream) => (byte*)Of(stream).Error;

    [UnmanagedCallersOnly]
    private static void Free(CArrayStream* stream)
    {
        GCHandle handle = GCHandle.FromIntPtr((nint)stream->PrivateData);
        var state = (State)handle.Target!;
        handle.Free();
        stream->Release = null;
        state.Dispose();
    }

    private static State Of(CArrayStream* stream) => (State)GCHandle.FromIntPtr((nint)stream->PrivateData).Target!;

    private sealed class State(Schema schema, IEnumerator<RecordBatch> batches) : IDisposable
    {
        public Schema Schema { get; } = schema;

        public IEnumerator<RecordBatch> Batches { get; } = batches;

        public nint Error { get; private set; }

        public int Fail(Exception exception)
        {
            Marshal.FreeCoTaskMem(Error);
            Error = Marshal.StringToCoTaskMemUTF8(exception.Message);
            return InputOutputError;
        }

        public void Dispose()
        {
            Marshal.FreeCoTaskMem(Error);
            Error = 0;
            Batches.Dispose();
        }
    }
}
