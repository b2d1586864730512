using System;
using System.IO;
using System.Net.Sockets;

namespace ColumnStream.Flight.Hosting;

/// <summary>Owns the file of a Unix socket: one server a path, only its user may connect, and nothing stale is left.</summary>
/// <remarks>
/// The socket is bound under another name and moved into place: a socket that is closed removes the name that it was bound to,
/// which by then may be a successor's. A lock beside it says whose the path is until the process ends.
/// </remarks>
internal sealed class UnixSocketFile : IDisposable
{
    private readonly string _path;
    private readonly string _bound;
    private readonly FileStream _lock;

    /// <exception cref="IOException">Another process serves this path.</exception>
    public UnixSocketFile(string path)
    {
        _path = Path.GetFullPath(path);
        _bound = $"{_path}.{Environment.ProcessId}";
        _lock = new FileStream(_path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        Endpoint = new UnixDomainSocketEndPoint(_bound);
    }

    public UnixDomainSocketEndPoint Endpoint { get; }

    public bool IsFor(UnixDomainSocketEndPoint endpoint) => endpoint.Equals(Endpoint);

    public Socket Bind()
    {
        File.Delete(_bound);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(Endpoint);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(_bound, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Puts the socket, which listens now, in its place.</summary>
    public void Publish() => File.Move(_bound, _path, overwrite: true);

    public void Dispose()
    {
        File.Delete(_path);
        _lock.Dispose();
    }
}
