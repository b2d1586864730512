using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ExternalException = ColumnStream.Engine.Errors.ExternalException;

namespace ColumnStream.Server.Control;

/// <summary>Knows where processes of one user listen, and that no other user does.</summary>
/// <remarks>
/// A folder that only its owner may enter, a socket a process; and whoever connects or listens is asked for its user by the
/// system (where it tells), since a folder below /tmp may have been made by somebody else.
/// </remarks>
internal static partial class ControlFolder
{
    private const string Suffix = ".sock";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Gets the folder: COLUMNSTREAM_RUNTIME_DIR, else below XDG_RUNTIME_DIR, else below the folder for temporary files.</summary>
    public static string Address
    {
        get
        {
            if (Environment.GetEnvironmentVariable("COLUMNSTREAM_RUNTIME_DIR") is { Length: > 0 } own)
            {
                return own;
            }

            return Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime && Directory.Exists(runtime)
                ? Path.Combine(runtime, "columnstream")
                : Path.Combine(Path.GetTempPath(), $"columnstream-{Environment.UserName}", "run");
        }
    }

    /// <summary>Returns the name of this process's socket, in a folder that is made if need be and closed to others.</summary>
    /// <exception cref="ExternalException">The folder is not ours.</exception>
    public static string OwnSocket()
    {
        string folder = Address;
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder, OwnerOnly);

                // Only the owner may set the mode: this refuses a folder of somebody else.
                File.SetUnixFileMode(folder, OwnerOnly);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ExternalException(
                5041, $"Folder for control sockets cannot be used: {folder}. {failure.Message}", retryable: false, failure);
        }

        return Path.Combine(folder, $"{Environment.ProcessId}{Suffix}");
    }

    /// <summary>Lists the sockets that are there, of live and dead processes.</summary>
    public static IReadOnlyList<string> Sockets()
    {
        try
        {
            string[] sockets = Directory.GetFiles(Address, "*" + Suffix);
            Array.Sort(sockets, StringComparer.Ordinal);
            return sockets;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Tells whether the other end is this user, or the system's.</summary>
    public static bool IsOwnUser(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        // struct ucred: pid, uid, gid.
        Span<byte> credentials = stackalloc byte[12];
        const int socketLevel = 1;
        const int peerCredentials = 17;
        int length = socket.GetRawSocketOption(socketLevel, peerCredentials, credentials);
        uint user = MemoryMarshal.Read<uint>(credentials[4..]);
        return length == credentials.Length && (user == EffectiveUser() || user == 0);
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
