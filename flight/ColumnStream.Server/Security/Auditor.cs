using System;
using System.Globalization;
using System.Threading;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Server.Security;

/// <summary>Says in the audit log what statements and sign-ins come to.</summary>
/// <remarks>
/// Statements that only look are not written where they are allowed: there may be thousands a second. Of callers whom nobody knows so many
/// are written a minute, and then how many were not: else they could fill the disk.
/// </remarks>
/// <param name="log">The log.</param>
/// <param name="time">The clock.</param>
internal sealed class Auditor(AuditLog log, TimeProvider time)
{
    public const string Allowed = "allowed";
    public const string Denied = "denied";
    private const int MostStrangersAMinute = 600;
    private readonly Lock _gate = new();
    private long _requests;
    private long _minute;
    private int _strangers;

    /// <summary>Writes a statement of a user.</summary>
    public void Write(Principal user, string? from, Statement statement, string decision)
    {
        if (decision == Denied || AccessRules.RoleFor(statement.GetType()) > Role.Viewer)
        {
            log.Write(user.Name, from, VerbOf(statement), SubjectOf(statement), decision, NextRequest());
        }
    }

    /// <summary>Writes that somebody signed in by password.</summary>
    public void WriteLogin(string user, string? from) => log.Write(user, from, "LOGIN", string.Empty, Allowed, NextRequest());

    /// <summary>Writes that a caller did not prove who he is.</summary>
    /// <param name="claimed">Who he claims to be; empty of a token.</param>
    /// <param name="from">Where he calls from.</param>
    public void WriteStranger(string claimed, string? from)
    {
        int missed = 0;
        lock (_gate)
        {
            long minute = time.GetUtcNow().ToUnixTimeSeconds() / 60;
            if (minute != _minute)
            {
                missed = Math.Max(0, _strangers - MostStrangersAMinute);
                (_minute, _strangers) = (minute, 0);
            }

            if (++_strangers > MostStrangersAMinute)
            {
                return;
            }
        }

        string more = missed == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $"{missed} more were not written");
        string verb = claimed.Length > 0 ? "LOGIN" : "TOKEN";
        log.Write(claimed.Length > 64 ? claimed[..64] : claimed, from, verb, more, Denied, NextRequest());
    }

    /// <summary>Names what a statement does, as one writes it: <c>CREATE TABLE</c>.</summary>
    internal static string VerbOf(Statement statement)
    {
        string name = statement.GetType().Name.Replace("Statement", string.Empty, StringComparison.Ordinal);
        var verb = new System.Text.StringBuilder();
        foreach (char c in name)
        {
            verb.Append(char.IsAsciiLetterUpper(c) && verb.Length > 0 ? " " : string.Empty).Append(char.ToUpperInvariant(c));
        }

        return verb.ToString();
    }

    private static string SubjectOf(Statement statement) => statement switch
    {
        InsertStatement insert => insert.Table.ToDisplayString(),
        CreateTableStatement create => create.Name.ToDisplayString(),
        CreateViewStatement create => create.Name.ToDisplayString(),
        CreateDatabaseStatement create => create.Name.ToDisplayString(),
        CreateCatalogStatement create => create.Name.ToDisplayString(),
        DropStatement drop => drop.Name.ToDisplayString(),
        AlterStatement alter => alter.Name.ToDisplayString(),
        StopJobStatement stop => stop.JobId.Value,
        SetStatement set => set.Key?.Value ?? string.Empty,
        _ => string.Empty,
    };

    private string NextRequest() => string.Create(CultureInfo.InvariantCulture, $"{Interlocked.Increment(ref _requests):x}");
}
