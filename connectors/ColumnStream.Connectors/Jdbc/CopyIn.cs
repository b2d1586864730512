using System;
using System.IO;
using Npgsql;

namespace ColumnStream.Connectors.Jdbc;

/// <summary>Sends tuples to the database between the header and the trailer of the binary COPY form; nothing unless completed.</summary>
internal sealed class CopyIn : IDisposable
{
    private readonly NpgsqlRawCopyStream _stream;
    private bool _isComplete;

    public CopyIn(NpgsqlConnection connection, string sql)
    {
        _stream = connection.BeginRawBinaryCopy(sql);
        _stream.Write(Header);
    }

    /// <summary>Gets the signature, flags and the length of the extension, which has none.</summary>
    private static ReadOnlySpan<byte> Header =>
    [
        (byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xFF, (byte)'\r', (byte)'\n',
        0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>Gets what takes the tuples.</summary>
    public Stream Stream => _stream;

    /// <summary>Ends the rows; the database has then taken all of them.</summary>
    public void Complete()
    {
        _stream.Write([0xFF, 0xFF]);
        _isComplete = true;
        _stream.Dispose();
    }

    public void Dispose()
    {
        if (!_isComplete)
        {
            _isComplete = true;
            try
            {
                _stream.Cancel();
            }
            catch (Exception failure) when (failure is NpgsqlException or IOException or InvalidOperationException)
            {
                // The connection is broken, and is dropped with what was sent.
            }

            _stream.Dispose();
        }
    }
}
