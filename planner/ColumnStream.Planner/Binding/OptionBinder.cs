using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Errors;
using ColumnStream.Sql;

namespace ColumnStream.Planner.Binding;

/// <summary>Checks WITH options and hints: connector, keys, values, what is missing.</summary>
internal sealed class OptionBinder(BindingContext context)
{
    /// <summary>Key of a table's watermark strategy.</summary>
    public const string WatermarkStrategy = "scan.watermark.emit.strategy";

    /// <summary>Key of a table's idle timeout.</summary>
    public const string IdleTimeout = "scan.watermark.idle-timeout";

    private static readonly OptionDefinition[] Shared =
    [
        new("connector", OptionKind.Text, null, "The connector."),
        new(WatermarkStrategy, OptionKind.Choice, null, "When watermarks rise.", Values: "on-periodic|on-event"),
        new(IdleTimeout, OptionKind.Duration, null, "Silence after which the source does not hold back watermarks."),
    ];

    /// <summary>Checks the written options of a table whose whole set is in <paramref name="spec"/>.</summary>
    public void Check(TableSpec spec, EquatableArray<Sql.Ast.TableOption> written, SourceSpan span)
    {
        DiagnosticBag diagnostics = context.Diagnostics;
        Sql.Ast.TableOption? named = written.FirstOrDefault(option => option.Key.Value == "connector");
        if (spec.Connector.Length == 0)
        {
            diagnostics.Report(
                PlannerErrors.OptionMissing, span,
                $"Known connectors: {string.Join(", ", context.Connectors.Names)}.", "connector");
            return;
        }

        if (context.Connectors.Find(spec.Connector) is not { } connector)
        {
            string? near = NameSuggester.Suggest(spec.Connector, context.Connectors.Names);
            diagnostics.Report(
                PlannerErrors.ConnectorNotFound, named?.Value.Span ?? span,
                NameResolver.DidYouMean(near) ?? $"Known connectors: {string.Join(", ", context.Connectors.Names)}.",
                spec.Connector);
            return;
        }

        CheckKeys(connector, spec, written, span);
    }

    private void CheckKeys(
        Connector connector, TableSpec spec, EquatableArray<Sql.Ast.TableOption> written, SourceSpan span)
    {
        OptionDefinition[] known;
        try
        {
            known = [.. Shared, .. connector.OptionsFor(spec)];
        }
        catch (UserException error)
        {
            // Which options there are depends on the format.
            Sql.Ast.TableOption? format = written.FirstOrDefault(option => option.Key.Value == "format");
            context.Diagnostics.Errors.Add(new SqlDiagnostic(error.Code, error.Message, format?.Value.Span ?? span));
            return;
        }

        var seen = new HashSet<string>(System.StringComparer.Ordinal);
        foreach (Sql.Ast.TableOption option in written)
        {
            string key = option.Key.Value;
            if (!seen.Add(key))
            {
                context.Diagnostics.Report(
                    PlannerErrors.OptionValue, option.Key.Span, null, key, option.Value.Value, "it stands twice");
            }
            else if (OptionValue.Find(known, key) is not { } definition)
            {
                string? near = OptionValue.Nearest(known.Select(o => o.Key), key);
                context.Diagnostics.Report(
                    PlannerErrors.OptionUnknown, option.Key.Span, NameResolver.DidYouMean(near), key);
            }
            else if (!OptionValue.IsValid(definition, option.Value.Value))
            {
                context.Diagnostics.Report(
                    PlannerErrors.OptionValue, option.Value.Span, null, key, option.Value.Value,
                    $"expected {OptionValue.Expected(definition)}");
            }
        }

        foreach (OptionDefinition definition in known)
        {
            if (definition.IsRequired && spec.Option(definition.Key) is null)
            {
                context.Diagnostics.Report(PlannerErrors.OptionMissing, span, definition.Help, definition.Key);
            }
        }
    }
}
