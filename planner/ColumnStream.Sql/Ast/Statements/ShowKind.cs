namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Names what SHOW lists.</summary>
public enum ShowKind
{
    /// <summary>Is <c>SHOW CATALOGS</c>.</summary>
    Catalogs,

    /// <summary>Is <c>SHOW CURRENT CATALOG</c>.</summary>
    CurrentCatalog,

    /// <summary>Is <c>SHOW DATABASES</c>.</summary>
    Databases,

    /// <summary>Is <c>SHOW CURRENT DATABASE</c>.</summary>
    CurrentDatabase,

    /// <summary>Is <c>SHOW TABLES</c>.</summary>
    Tables,

    /// <summary>Is <c>SHOW VIEWS</c>.</summary>
    Views,

    /// <summary>Is <c>SHOW COLUMNS FROM table</c>.</summary>
    Columns,

    /// <summary>Is <c>SHOW PARTITIONS table</c>.</summary>
    Partitions,

    /// <summary>Is <c>SHOW FUNCTIONS</c>.</summary>
    Functions,

    /// <summary>Is <c>SHOW USER FUNCTIONS</c>.</summary>
    UserFunctions,

    /// <summary>Is <c>SHOW MODULES</c>.</summary>
    Modules,

    /// <summary>Is <c>SHOW FULL MODULES</c>.</summary>
    FullModules,

    /// <summary>Is <c>SHOW JOBS</c>.</summary>
    Jobs,

    /// <summary>Is <c>SHOW CREATE TABLE table</c>.</summary>
    CreateTable,

    /// <summary>Is <c>SHOW CREATE VIEW view</c>.</summary>
    CreateView,

    /// <summary>Is <c>SHOW CREATE CATALOG catalog</c>.</summary>
    CreateCatalog,

    /// <summary>Is <c>SHOW CREATE MODEL model</c>.</summary>
    CreateModel,

    /// <summary>Is <c>SHOW CREATE MATERIALIZED TABLE table</c>.</summary>
    CreateMaterializedTable,

    /// <summary>Is <c>SHOW CREATE CONNECTION connection</c>.</summary>
    CreateConnection,

    /// <summary>Is <c>SHOW MATERIALIZED TABLES</c>.</summary>
    MaterializedTables,

    /// <summary>Is <c>SHOW MODELS</c>.</summary>
    Models,

    /// <summary>Is <c>SHOW CONNECTIONS</c>.</summary>
    Connections,

    /// <summary>Is <c>SHOW PROCEDURES</c>.</summary>
    Procedures,

    /// <summary>Is <c>SHOW JARS</c>.</summary>
    Jars,
}
