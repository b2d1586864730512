using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Testing.Hostile;

/// <summary>Is no attack, but the control for all others: it takes the machine's cores and never speaks to the server.</summary>
internal static class BusyMachine
{
    /// <summary>Spins on every core, in turns short enough to end soon.</summary>
    public static Task RunAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation) => Task.WhenAll(
        Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(
            () =>
            {
                while (!cancellation.IsCancellationRequested)
                {
                    Thread.SpinWait(100_000);
                    counted(1);
                }
            },
            CancellationToken.None)));
}
