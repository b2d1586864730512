using System.Collections.Generic;
using System.Globalization;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Compares rows sent to each node with rows that came there, between barriers.</summary>
internal static class FlowCheck
{
    public static IntegrityLine Run(IReadOnlyList<EpochLedger> epochs)
    {
        var findings = new Findings("flow", "between operators");
        long late = 0;
        long rows = 0;
        int inexact = 0;
        foreach (EpochLedger epoch in epochs)
        {
            if (!epoch.IsExact)
            {
                inexact++;
                continue;
            }

            findings.Epochs++;
            foreach (NodeLedger node in epoch.Nodes)
            {
                rows += node.RowsIn;
                late += node.Dropped?.GetValueOrDefault("lateRows") ?? 0;
                if (node.RowsSent != node.RowsIn)
                {
                    findings.Add(
                        epoch.Epoch, string.Create(
                            CultureInfo.InvariantCulture,
                            $"{node.RowsSent} rows were sent to {node.Uid}, {node.RowsIn} came"));
                }
            }
        }

        findings.Rows = rows;
        findings.Ok = "ok"
            + (late == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $", {late} late rows dropped on purpose"))
            + (inexact == 0
                ? string.Empty
                : string.Create(CultureInfo.InvariantCulture, $", {inexact} epochs without aligned barriers left out"));
        return findings.ToLine();
    }
}
