using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Makes record batches and dictionaries of messages; arrays point into the body. One thread.</summary>
internal sealed class BatchDecoder : IDisposable
{
    private readonly BodyRegions _regions;
    private readonly ColumnDecoder _columns;
    private readonly DictionaryStore _dictionaries;
    private readonly Schema _stored;
    private readonly long _maxUnstoredRows;

    public BatchDecoder(Schema stored, BufferAllocator allocator, IpcReaderOptions options)
    {
        _stored = stored;
        _maxUnstoredRows = options.MaxUnstoredRows;
        _regions = new BodyRegions(options, allocator);
        Schema = DeliveredSchema.ForReading(stored, options);
        _dictionaries = new DictionaryStore(stored, Schema, allocator);
        _columns = new ColumnDecoder(_regions, _dictionaries, options, allocator);
    }

    /// <summary>Gets the schema of the batches that are delivered.</summary>
    public Schema Schema { get; }

    /// <summary>Gets the numbers of all dictionaries, those inside other dictionaries' values before them.</summary>
    public IReadOnlyList<long> DictionaryOrder => _dictionaries.Order;

    /// <summary>Decodes one batch whose body stands in <paramref name="body"/>, which is borrowed.</summary>
    public RecordBatch Decode(MessageHeader header, NativeBuffer body, long bodyOffset, long bodyPosition)
    {
        FlatTable batch = header.Table;
        long length = Length(batch);
        if (_stored.Fields.Count == 0 && length > _maxUnstoredRows)
        {
            throw batch.Reader.Error(
                $"Batch without columns has too many rows: {length}, limit {_maxUnstoredRows}.", batch.Position);
        }

        var columns = new ArrayData[_stored.Fields.Count];
        int done = 0;
        try
        {
            _regions.Open(batch, body, bodyOffset, header.BodyLength, bodyPosition);
            _columns.Open(batch, header.Version);
            for (; done < columns.Length; done++)
            {
                columns[done] = _columns.Decode(batch, _stored.Fields[done], Schema.Fields[done].Type, length);
            }

            _columns.Close(batch);
            return new RecordBatch(Schema, columns, (int)length) { Metadata = header.DecodeMetadata() };
        }
        catch
        {
            ArrayData.ReleaseAll(columns.AsSpan(0, done));
            throw;
        }
        finally
        {
            _regions.Close();
        }
    }

    /// <summary>Decodes a dictionary, or an addition to one, and keeps it.</summary>
    public void DecodeDictionary(MessageHeader header, NativeBuffer body, long bodyOffset, long bodyPosition)
    {
        FlatTable table = header.Table;
        long id = DictionaryId(header);
        (Field values, DataType target) = _dictionaries.TypeOf(id);
        FlatTable batch = table.GetTable(1, "dictionary values");
        ArrayData? column = null;
        try
        {
            _regions.Open(batch, body, bodyOffset, header.BodyLength, bodyPosition);
            _columns.Open(batch, header.Version);
            column = _columns.Decode(batch, values, target, Length(batch));
            _columns.Close(batch);
            _dictionaries.Add(id, column, isDelta: table.Get<byte>(2, 0) != 0);
        }
        catch
        {
            column?.Release();
            throw;
        }
        finally
        {
            _regions.Close();
        }
    }

    /// <summary>Reads the number of the dictionary that a message holds; no field may lack it.</summary>
    public long DictionaryId(MessageHeader header)
    {
        long id = header.Table.Get<long>(0, 0);
        return _dictionaries.Has(id)
            ? id
            : throw header.Table.Reader.Error($"Dictionary belongs to no field: {id}.", header.Table.Position);
    }

    /// <summary>Forgets all dictionaries.</summary>
    public void ClearDictionaries() => _dictionaries.Dispose();

    public void Dispose()
    {
        _regions.Dispose();
        _dictionaries.Dispose();
    }

    private static long Length(FlatTable batch)
    {
        long length = batch.Get<long>(0, 0);
        return length is >= 0 and <= int.MaxValue
            ? length
            : throw batch.Reader.Error($"Batch has an impossible number of rows: {length}.", batch.Position);
    }
}
