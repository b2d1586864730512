using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace ColumnStream.Testing.Chaos;

/// <summary>Sends signals to processes.</summary>
public static partial class Interruption
{
    private const int Interrupt = 2;
    private const int Terminate = 15;
    private const int ContinueSignal = 18;
    private const int StopSignal = 19;

    /// <summary>Asks a process to stop, as Ctrl-C does: SIGINT; SIGTERM, which means the same to the program, where SIGINT is ignored.</summary>
    /// <remarks>A shell starts background jobs with SIGINT ignored, and every child inherits that.</remarks>
    public static void Send(int process)
    {
        ulong ignored = ulong.Parse(Status(process, "SigIgn:"), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        bool isIgnored = (ignored >> (Interrupt - 1) & 1) != 0;
        _ = SendSignal(process, isIgnored ? Terminate : Interrupt);
    }

    /// <summary>Halts a process by SIGSTOP.</summary>
    public static void Halt(int process) => _ = SendSignal(process, StopSignal);

    /// <summary>Lets a process that SIGSTOP halted go on.</summary>
    public static void Continue(int process) => _ = SendSignal(process, ContinueSignal);

    /// <summary>Tells whether a process is halted by SIGSTOP.</summary>
    public static bool IsStopped(int process)
    {
        try
        {
            return Status(process, "State:").StartsWith('T');
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return false;
        }
    }

    private static string Status(int process, string key) => File.ReadLines($"/proc/{process}/status")
        .First(l => l.StartsWith(key, StringComparison.Ordinal))[key.Length..].Trim();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
