using System;
using System.Runtime.InteropServices;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.CData;

/// <summary>Takes batches one by one from other code of the process by the Arrow C stream interface. One thread.</summary>
public sealed unsafe class CStreamReader : IDisposable
{
    private readonly BufferAllocator _allocator;
    private CArrayStream _stream;

    /// <summary>Takes over <paramref name="source"/>, which is left released, and reads its schema.</summary>
    /// <exception cref="CDataException">The producer fails, or its schema is not understood here.</exception>
    public CStreamReader(CArrayStream* source, BufferAllocator allocator)
    {
        if (source->Release is null)
        {
            throw new CDataException("Stream was already released.");
        }

        _allocator = allocator;
        _stream = *source;
        source->Release = null;
        try
        {
            CSchema schema;
            fixed (CArrayStream* stream = &_stream)
            {
                Check(stream, stream->GetSchema(stream, &schema));
            }

            Schema = CSchemaImporter.ImportSchema(&schema);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Gets the schema of all batches.</summary>
    public Schema Schema { get; }

    /// <summary>Takes the next batch, owned by the caller, or returns null at the end.</summary>
    /// <exception cref="CDataException">The producer fails, or a batch contradicts the schema.</exception>
    public RecordBatch? Read()
    {
        CArray array;
        fixed (CArrayStream* stream = &_stream)
        {
            ObjectDisposedException.ThrowIf(stream->Release is null, this);
            Check(stream, stream->GetNext(stream, &array));
        }

        return array.Release is null ? null : CArrayImporter.Import(&array, Schema, _allocator);
    }

    /// <summary>Releases the stream; batches stay valid.</summary>
    public void Dispose()
    {
        fixed (CArrayStream* stream = &_stream)
        {
            if (stream->Release is not null)
            {
                stream->Release(stream);
                stream->Release = null;
            }
        }
    }

    private static void Check(CArrayStream* stream, int error)
    {
        if (error != 0)
        {
            string? text = Marshal.PtrToStringUTF8((nint)stream->GetLastError(stream));
            throw new CDataException($"Foreign stream fails: {text ?? "no reason given"}, error {error}.");
        }
    }
}
