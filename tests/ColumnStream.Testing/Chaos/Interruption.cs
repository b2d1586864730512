using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace ColumnStream.Testing.Chaos;

/// <summary>Asks a process to stop, as Ctrl-C does.</summary>
public static partial class Interruption
{
    private const int Interrupt = 2;
    private const int Terminate = 15;

    /// <summary>Sends SIGINT; SIGTERM, which means the same to the program, where SIGINT is ignored.</summary>
    /// <remarks>A shell starts background jobs with SIGINT ignored, and every child inherits that.</remarks>
    public static void Send(int process)
    {
        string status = File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("SigIgn:", StringComparison.Ordinal));
        ulong ignored = ulong.Parse(status["SigIgn:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        bool isIgnored = (ignored >> (Interrupt - 1) & 1) != 0;
        _ = SendSignal(process, isIgnored ? Terminate : Interrupt);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
