using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Connectors.Files;

/// <summary>Is one part being written; owns its target.</summary>
internal sealed class FilePart : System.IDisposable
{
    private const int DrainBytes = 256 << 10;
    private readonly PartTarget _target;
    private readonly RowEncoder _encoder;
    private readonly OutputBuffer _output;
    private uint _crc = Checksum.Start;
    private long _length;

    public FilePart(PartTarget target, RowEncoder encoder, OutputBuffer output)
    {
        _target = target;
        _encoder = encoder;
        _output = output;
        _output.Clear();
        _encoder.Begin(_output);
    }

    /// <summary>Gets the bytes so far.</summary>
    public long Length => _length + _output.Length;

    /// <summary>Writes rows.</summary>
    public void Write(StreamBatch batch)
    {
        _encoder.Encode(batch, _output);
        if (_output.Length >= DrainBytes)
        {
            Drain();
        }
    }

    /// <summary>Ends the file, makes it durable and describes it; the visible name is still open.</summary>
    public FileCommittable Complete()
    {
        _encoder.End(_output);
        Drain();
        FileCommittable part = _target.Complete(_length, _crc);
        _target.Dispose();
        return part;
    }

    /// <summary>Closes the file; one that is not complete is removed.</summary>
    public void Dispose()
    {
        _output.Clear();
        _target.Dispose();
    }

    private void Drain()
    {
        _crc = Checksum.Add(_crc, _output.Written);
        _length += _output.Length;
        _output.Drain(_target.Stream);
    }
}
