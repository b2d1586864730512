using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using Npgsql;

namespace ColumnStream.Connectors.Jdbc;

/// <summary>Is a table of the database that takes what a table of ours writes: found, compared and named.</summary>
internal sealed class PostgresTable
{
    private const string StagedName = "columnstream_staged";
    private const string ColumnsQuery = """
        SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), b.typname::text, b.typtype = 'e',
               CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END, e.typname::text, coalesce(e.oid, 0)::int8,
               a.attnotnull OR t.typnotnull, a.attgenerated <> '' OR a.attidentity = 'a', a.atthasdef OR a.attidentity <> ''
          FROM pg_attribute a
          JOIN pg_type t ON t.oid = a.atttypid
          JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
          LEFT JOIN pg_type e ON e.oid = b.typelem AND b.typcategory = 'A'
         WHERE a.attrelid = $1::int8::oid AND a.attnum > 0 AND NOT a.attisdropped
         ORDER BY a.attnum
        """;

    private const string KeysQuery = """
        SELECT c.relname::text, array_to_string(array_agg(a.attname::text ORDER BY a.attname), chr(1))
          FROM pg_index i
          JOIN pg_class c ON c.oid = i.indexrelid
          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
         WHERE i.indrelid = $1::int8::oid AND i.indisunique AND i.indisvalid AND i.indimmediate
           AND i.indpred IS NULL AND i.indexprs IS NULL
         GROUP BY c.relname
        """;

    private const string RelationQuery = """
        SELECT c.oid::int8, c.relkind::text, n.nspname::text, c.relname::text,
               has_table_privilege(c.oid, 'INSERT'),
               has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'UPDATE')
               AND has_table_privilege(c.oid, 'DELETE')
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.oid = coalesce(to_regclass($1), to_regclass(lower($1)))
        """;

    private readonly string _copyIn;
    private readonly string _prepare = string.Empty;
    private readonly string _delete = string.Empty;
    private readonly string _upsert = string.Empty;

    private PostgresTable(string schema, string name, CopyColumn[] columns)
    {
        Schema = schema;
        Name = name;
        Columns = columns;
        HasKey = columns.Any(column => column.IsKey);
        string target = $"{PostgresDatabase.Quote(schema)}.{PostgresDatabase.Quote(name)}";
        string all = string.Join(", ", columns.Select(c => c.Quoted));
        string key = string.Join(", ", columns.Where(c => c.IsKey).Select(c => c.Quoted));
        _copyIn = $"COPY {(HasKey ? StagedName + " (columnstream_deleted, " : target + " (")}{all}) FROM STDIN (FORMAT BINARY)";
        if (!HasKey)
        {
            return;
        }

        _prepare = $"CREATE TEMPORARY TABLE {StagedName} ON COMMIT DROP AS SELECT {all} FROM {target} WITH NO DATA; "
            + $"ALTER TABLE {StagedName} ADD COLUMN columnstream_deleted boolean NOT NULL, "
            + "ADD COLUMN columnstream_place bigint GENERATED ALWAYS AS IDENTITY";
        string last = $"SELECT DISTINCT ON ({key}) * FROM {StagedName} ORDER BY {key}, columnstream_place DESC";
        string same = string.Join(" AND ", columns.Where(c => c.IsKey).Select(c => $"t.{c.Quoted} = s.{c.Quoted}"));
        string updates = string.Join(", ", columns.Where(c => !c.IsKey).Select(c => $"{c.Quoted} = EXCLUDED.{c.Quoted}"));
        _delete = $"DELETE FROM {target} AS t USING ({last}) AS s WHERE s.columnstream_deleted AND {same}";
        _upsert = $"INSERT INTO {target} ({all}) SELECT {all} FROM ({last}) AS s WHERE NOT columnstream_deleted "
            + $"ON CONFLICT ({key}) DO {(updates.Length > 0 ? $"UPDATE SET {updates}" : "NOTHING")}";
    }

    public string Schema { get; }

    public string Name { get; }

    /// <summary>Gets the name for messages.</summary>
    public string Shown => $"{Schema}.{Name}";

    /// <summary>Gets the columns in our order.</summary>
    public CopyColumn[] Columns { get; }

    /// <summary>Gets whether rows replace those of their key.</summary>
    public bool HasKey { get; }

    /// <summary>Finds the table and compares it with ours.</summary>
    /// <exception cref="UserException">It is not there, or a column does not fit: names column and both types.</exception>
    public static PostgresTable Find(PostgresDatabase database, TableSpec table, JdbcOptions options) =>
        database.Guard($"looking up table {options.TableName}", connection =>
        {
            (long id, string schema, string name) = Relation(connection, table, options);
            List<PostgresColumn> columns = ColumnsOf(connection, id);
            CopyColumn[] matched = [.. table.Columns.Select((field, i) => Match(table, field, i, columns, schema, name))];
            foreach (PostgresColumn column in columns)
            {
                if (column is { IsNotNull: true, HasDefault: false, IsGenerated: false } && matched.All(m => m.To != column))
                {
                    throw OptionReader.Error(
                        table, 3113,
                        $"Table of the database needs a value that is not written: {schema}.{name} column {column.Name} "
                            + $"{column.TypeText} NOT NULL. Add the column to the table, or give it a default in the database.");
                }
            }

            RequireKey(connection, table, id, matched, $"{schema}.{name}");
            return new PostgresTable(schema, name, matched);
        });

    /// <summary>Takes rows in: appended, or the last one of each key in the place of the former.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="write">Gives the tuples.</param>
    /// <param name="deletes">Whether any of them delete.</param>
    public void TakeIn(NpgsqlConnection connection, Action<Stream> write, bool deletes)
    {
        if (HasKey)
        {
            PostgresDatabase.Execute(connection, _prepare);
        }

        using (var copy = new CopyIn(connection, _copyIn))
        {
            write(copy.Stream);
            copy.Complete();
        }

        if (deletes)
        {
            PostgresDatabase.Execute(connection, _delete);
        }

        if (HasKey)
        {
            PostgresDatabase.Execute(connection, _upsert);
        }
    }

    private static (long Id, string Schema, string Name) Relation(
        NpgsqlConnection connection, TableSpec table, JdbcOptions options)
    {
        int dot = options.TableName.IndexOf('.', StringComparison.Ordinal);
        string quoted = dot < 0
            ? PostgresDatabase.Quote(options.TableName)
            : $"{PostgresDatabase.Quote(options.TableName[..dot])}.{PostgresDatabase.Quote(options.TableName[(dot + 1)..])}";
        using NpgsqlCommand command = PostgresDatabase.Command(connection, RelationQuery, quoted);
        using NpgsqlDataReader reader = command.ExecuteReader();
        if (!reader.Read())
        {
            throw OptionReader.Error(
                table, 3111,
                $"Table of the database is not found: '{options.TableName}' in {options.Url}. Create it, or name its schema in "
                    + "'table-name'.");
        }

        (long id, string kind, string schema, string name) =
            (reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetString(3));
        if (kind is not ("r" or "p"))
        {
            throw OptionReader.Error(
                table, 3111,
                $"Option has a wrong value: 'table-name' = '{options.TableName}'. Expected a table, not a view or the like.");
        }

        if (!reader.GetBoolean(4) || (table.PrimaryKey.Count > 0 && !reader.GetBoolean(5)))
        {
            string needed = table.PrimaryKey.Count > 0 ? "SELECT, INSERT, UPDATE, DELETE" : "INSERT";
            throw OptionReader.Error(
                table, 3111, $"Table of the database cannot be written by this user: {schema}.{name}. GRANT {needed} on it.");
        }

        return (id, schema, name);
    }

    private static List<PostgresColumn> ColumnsOf(NpgsqlConnection connection, long id)
    {
        var columns = new List<PostgresColumn>();
        using NpgsqlCommand command = PostgresDatabase.Command(connection, ColumnsQuery, id);
        using NpgsqlDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            columns.Add(new PostgresColumn(
                reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetBoolean(3), reader.GetInt32(4),
                reader.IsDBNull(5) ? null : reader.GetString(5), (uint)reader.GetInt64(6), reader.GetBoolean(7),
                reader.GetBoolean(8), reader.GetBoolean(9)));
        }

        return columns;
    }

    /// <summary>Finds a column by its name, else by its name in any case, and holds the types against each other.</summary>
    private static CopyColumn Match(
        TableSpec table, SqlField field, int index, List<PostgresColumn> columns, string schema, string name)
    {
        PostgresColumn? to = columns.Find(c => c.Name == field.Name);
        if (to is null && columns.FindAll(c => c.Name.Equals(field.Name, StringComparison.OrdinalIgnoreCase)) is [var only])
        {
            to = only;
        }

        if (to is null)
        {
            throw OptionReader.Error(
                table, 3113,
                $"Column is not in the database's table {schema}.{name}: {field.Name} {field.Type}. It has "
                    + $"{string.Join(", ", columns.Select(c => c.Name))}.");
        }

        if (to.IsGenerated)
        {
            throw OptionReader.Error(
                table, 3113, $"Column is generated by the database: {schema}.{name} column {to.Name}. Leave it out of the table.");
        }

        CopyKind kind = CopyTypes.Find(field.Type, to) ?? throw OptionReader.Error(
            table, 3113,
            $"Column does not fit the database's: {field.Name} {field.Type} into {schema}.{name} column {to.Name} {to.TypeText}. "
                + $"Expected {CopyTypes.Expected(field.Type)}.");
        return new CopyColumn(field, to, kind, table.PrimaryKey.Contains(index));
    }

    private static void RequireKey(NpgsqlConnection connection, TableSpec table, long id, CopyColumn[] columns, string shown)
    {
        string[] key = [.. columns.Where(c => c.IsKey).Select(c => c.To.Name).Order(StringComparer.Ordinal)];
        if (key.Length == 0)
        {
            return;
        }

        var found = new List<string>();
        using NpgsqlCommand command = PostgresDatabase.Command(connection, KeysQuery, id);
        using NpgsqlDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            string[] unique = [.. reader.GetString(1).Split('\u0001').Order(StringComparer.Ordinal)];
            if (unique.SequenceEqual(key))
            {
                return;
            }

            found.Add($"{reader.GetString(0)} ({string.Join(", ", unique)})");
        }

        throw OptionReader.Error(
            table, 3113,
            $"Primary key is not unique in the database: {shown} ({string.Join(", ", key)}). "
                + (found.Count == 0 ? "It has no unique index." : $"Its unique indexes are {string.Join("; ", found)}.")
                + $" Run there: ALTER TABLE {shown} ADD PRIMARY KEY ({string.Join(", ", key)}).");
    }
}
