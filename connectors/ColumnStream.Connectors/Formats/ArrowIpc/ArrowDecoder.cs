using System;
using System.IO;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors.Formats.ArrowIpc;

/// <summary>Reads Arrow files and streams: columns by name, cast where nothing is lost, all declared ones checked.</summary>
internal sealed class ArrowDecoder(FormatContext context) : FileDecoder
{
    private readonly Schema _schema = context.OutputSchema();
    private readonly int[] _places = new int[context.Columns.Count];
    private Stream? _content;
    private IpcFileReader? _file;
    private IpcStreamReader? _stream;
    private RecordBatch? _batch;
    private int _batchIndex;
    private int _offset;
    private long _position;
    private string _name = string.Empty;

    /// <inheritdoc/>
    public override long Position => _position;

    /// <inheritdoc/>
    public override void Begin(string file, Stream content, long position)
    {
        Dispose(disposing: true);
        _content = content;
        _name = file;
        _batchIndex = 0;
        _position = 0;
        IpcReaderOptions options = IpcReaderOptions.Engine with { ValidateUtf8 = true };
        try
        {
            Span<byte> magic = stackalloc byte[6];
            bool isFile = content.ReadAtLeast(magic, 6, throwOnEndOfStream: false) == 6 && magic.SequenceEqual("ARROW1"u8);
            content.Seek(0, SeekOrigin.Begin);
            if (isFile)
            {
                _file = new IpcFileReader(content, context.Allocator, options);
            }
            else
            {
                _stream = new IpcStreamReader(content, context.Allocator, options);
            }
        }
        catch (IpcException e)
        {
            throw Damaged(e);
        }

        Match(_file?.Schema ?? _stream!.Schema);
        Skip(position);
    }

    /// <inheritdoc/>
    public override RecordBatch? Read()
    {
        while (_batch is null || _offset == _batch.Length)
        {
            _batch?.Release();
            _offset = 0;
            _batch = Next();
            if (_batch is null)
            {
                return null;
            }
        }

        int count = Math.Min(context.MaxRows, _batch.Length - _offset);
        RecordBatch rows = _batch.Slice(_offset, count, context.Allocator);
        _offset += count;
        _position += count;
        try
        {
            return Convert(rows);
        }
        finally
        {
            rows.Release();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _batch?.Release();
        _file?.Dispose();
        _stream?.Dispose();
        _content?.Dispose();
        _batch = null;
        _file = null;
        _stream = null;
        _content = null;
    }

    private RecordBatch? Next()
    {
        try
        {
            return _file is null ? _stream?.Read() : _batchIndex < _file.BatchCount ? _file.ReadBatch(_batchIndex++) : null;
        }
        catch (IpcException e)
        {
            throw Damaged(e);
        }
    }

    private void Skip(long position)
    {
        while (_position < position)
        {
            _batch?.Release();
            _batch = Next() ?? throw new UserException(
                FormatErrors.BadFile, $"File is shorter than the position to go on from: {_name}, {_position} of {position} rows.");
            _offset = (int)Math.Min(_batch.Length, position - _position);
            _position += _offset;
        }
    }

    /// <summary>Finds every declared column in the file and checks that its type can become the declared one.</summary>
    private void Match(Schema stored)
    {
        for (int i = 0; i < _places.Length; i++)
        {
            SqlField column = context.Columns[i];
            int place = stored.IndexOf(column.Name);
            if (place < 0)
            {
                throw Unfit($"column '{column.Name}' is not in the file, which has {string.Join(", ", stored.Fields)}");
            }

            DataType from = stored.Fields[place].Type;
            if (!ArrowCast.CanCast(from, column.Type.ToArrow()))
            {
                throw Unfit($"column '{column.Name}' is {from} in the file and cannot become {column.Type} without loss");
            }

            _places[i] = place;
        }
    }

    private RecordBatch Convert(RecordBatch rows)
    {
        for (int i = 0; i < _places.Length; i++)
        {
            if (!context.Columns[i].Type.Nullable && ArrowCast.HasNulls(rows.Columns[_places[i]]))
            {
                throw new UserException(
                    FormatErrors.BadRecord, $"{_name}: field '{context.Columns[i].Name}': column is NOT NULL, got null.");
            }
        }

        var columns = new ArrayData[_schema.Fields.Count];
        int done = 0;
        try
        {
            for (; done < columns.Length; done++)
            {
                ArrayData column = rows.Columns[_places[context.Projection[done]]];
                columns[done] = ArrowCast.Run(column, _schema.Fields[done].Type, context.Allocator);
            }

            return new RecordBatch(_schema, columns, rows.Length);
        }
        catch
        {
            for (int i = 0; i < done; i++)
            {
                columns[i].Release();
            }

            throw;
        }
    }

    private UserException Unfit(string what) =>
        new(FormatErrors.BadSchema, $"File does not fit table {context.TableName}: {_name}: {what}.");

    private UserException Damaged(IpcException e) =>
        new(FormatErrors.BadFile, $"File is not readable as arrow: {_name}, byte {e.Position}: {e.Message}", e);
}
