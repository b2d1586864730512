using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Statements;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Server.Security;

/// <summary>Says which role each statement needs: one line a kind. What has none needs an administrator.</summary>
internal static class AccessRules
{
    private static readonly Dictionary<Type, Role> s_roles = new()
    {
        [typeof(AlterStatement)] = Role.Developer,
        [typeof(CreateCatalogStatement)] = Role.Developer,
        [typeof(CreateDatabaseStatement)] = Role.Developer,
        [typeof(CreateTableStatement)] = Role.Developer,
        [typeof(CreateViewStatement)] = Role.Developer,
        [typeof(DescribeJobStatement)] = Role.Viewer,
        [typeof(DescribeStatement)] = Role.Viewer,
        [typeof(DropStatement)] = Role.Developer,
        [typeof(ExplainJobStatement)] = Role.Viewer,
        [typeof(ExplainStatement)] = Role.Viewer,
        [typeof(ExplainUpgradeStatement)] = Role.Developer,
        [typeof(InsertStatement)] = Role.Developer,
        [typeof(QueryStatement)] = Role.Viewer,
        [typeof(ResetStatement)] = Role.Viewer,
        [typeof(SetStatement)] = Role.Viewer,
        [typeof(ShowIntegrityStatement)] = Role.Viewer,
        [typeof(ShowStatement)] = Role.Viewer,
        [typeof(StatementSet)] = Role.Developer,
        [typeof(StopJobStatement)] = Role.Developer,
        [typeof(UseStatement)] = Role.Viewer,
    };

    /// <summary>Lists the beginnings of options that belong to the process: folders, limits, keys.</summary>
    private static readonly string[] s_ofTheProcess =
    [
        OptionTable.CheckpointFolder, OptionTable.SavepointFolder, OptionTable.RecoveryPath, OptionTable.TemporaryFolders,
        OptionTable.MemoryLimit, "fs.",
    ];

    /// <summary>Returns the role that a kind of statement needs.</summary>
    public static Role RoleFor(Type statement) => s_roles.GetValueOrDefault(statement, Role.Admin);

    /// <summary>Refuses a statement that the user may not run; to be asked before it is planned, since planning carries out definitions.</summary>
    /// <exception cref="UserException">The role does not suffice.</exception>
    public static void Check(Principal user, Statement statement)
    {
        Role needed = RoleFor(statement.GetType());
        if (statement is SetStatement { Key: { } key } && IsOfTheProcess(OptionTable.Canonical(key.Value)))
        {
            needed = Role.Admin;
        }

        if (user.Role < needed)
        {
            throw Refusal(user, $"run this statement: it needs the role {Name(needed)}");
        }
    }

    /// <summary>Refuses a plan whose tables a viewer has given other options by hints: they could name any file.</summary>
    public static void Check(Principal user, PlannedJob job, Catalog catalog)
    {
        if (user.Role > Role.Viewer)
        {
            return;
        }

        foreach (TableSpec table in job.Graph.Plan.Nodes.OfType<SourceNode>().Select(node => node.Table))
        {
            bool isDefined = catalog.Objects.OfType<CatalogTable>().Any(
                known => known.Name.ToString() == table.Name && known.Options == table.Options);
            if (!isDefined && !catalog.IsSystemDatabase(table.Name.Split('.')[^2]))
            {
                throw Refusal(user, "change options of a table by hints: it needs the role developer");
            }
        }
    }

    /// <summary>Refuses a job of somebody else.</summary>
    public static void CheckOwner(Principal user, string job, string? owner)
    {
        if (user.Role < Role.Operator && owner != user.Name)
        {
            throw Refusal(user, $"stop the job '{job}' of {owner ?? "nobody here"}: it needs the role operator");
        }
    }

    /// <summary>Refuses to look at an address that a user names: it could be any folder of the server.</summary>
    public static void CheckAddress(Principal user, string address)
    {
        if (user.Role < Role.Admin)
        {
            throw Refusal(user, $"look at checkpoints by their address, {address}: it needs the role admin. Name the job");
        }
    }

    /// <summary>Writes a role as users do.</summary>
    public static string Name(Role role) => role.ToString().ToLowerInvariant();

    private static bool IsOfTheProcess(string key) => s_ofTheProcess.Any(
        start => key == start || (start.EndsWith('.') && key.StartsWith(start, StringComparison.Ordinal)));

    private static UserException Refusal(Principal user, string what) =>
        new(3160, $"User {user.Name} with the role {Name(user.Role)} may not {what}.");
}
