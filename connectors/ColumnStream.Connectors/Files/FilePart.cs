using System.IO;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Connectors.Files;

/// <summary>Is one part under a hidden name, being written.</summary>
internal sealed class FilePart : System.IDisposable
{
    private const int DrainBytes = 256 << 10;
    private readonly string _path;
    private readonly RowEncoder _encoder;
    private readonly OutputBuffer _output;
    private readonly DurableFile _file;
    private uint _crc = Checksum.Start;
    private long _length;
    private bool _isComplete;

    public FilePart(string folder, string temp, RowEncoder encoder, OutputBuffer output)
    {
        Temp = temp;
        _path = Path.Combine(folder, temp);
        _encoder = encoder;
        _output = output;
        _output.Clear();
        _file = DurableFile.Create(_path);
        _encoder.Begin(_output);
    }

    /// <summary>Gets the hidden name.</summary>
    public string Temp { get; }

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
        _file.Sync();
        _file.Dispose();
        _isComplete = true;
        return new FileCommittable(Temp, string.Empty, _length, _crc);
    }

    /// <summary>Closes the file; one that is not complete is removed.</summary>
    public void Dispose()
    {
        _file.Dispose();
        if (!_isComplete)
        {
            _output.Clear();
            DurableFile.Remove(_path);
        }
    }

    private void Drain()
    {
        _crc = Checksum.Add(_crc, _output.Written);
        _length += _output.Length;
        _output.Drain(_file);
    }
}
