using System;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Testing.Sql;

/// <summary>Draws ALTER statements.</summary>
internal sealed class AlterGenerator(Random random, StatementGenerator statements)
{
    public AlterStatement Alter()
    {
        ObjectKind kind = (ObjectKind)random.Next(8);
        bool isTemporary = kind == ObjectKind.Function && statements.Bool();
        return new AlterStatement(
            kind, statements.Name(), Action(kind), statements.Bool(), isTemporary, isTemporary && statements.Bool());
    }

    private AlterAction Action(ObjectKind kind) => kind switch
    {
        ObjectKind.Table => random.Next(3) == 0 ? TableOnly() : random.Next(2) == 0 ? Schema() : OptionsOrName(),
        ObjectKind.View => statements.Bool() ? Rename() : Query(),
        ObjectKind.Catalog => random.Next(3) == 0 ? new SetCommentAction("it's") : Options(),
        ObjectKind.Database => new SetOptionsAction(statements.Options(1)),
        ObjectKind.Function => new ChangeFunctionAction(new StringLiteral("a.B"), statements.Bool() ? null : statements.Identifier()),
        ObjectKind.MaterializedTable => random.Next(3) == 0 ? Schema() : Materialized(),
        _ => OptionsOrName(),
    };

    private AlterAction OptionsOrName() => random.Next(3) == 0 ? Rename() : Options();

    private AlterAction Options() => statements.Bool()
        ? new SetOptionsAction(statements.Options(1))
        : new ResetOptionsAction(statements.List(() => new StringLiteral("k"), 1, 2));

    private RenameAction Rename() => new(statements.Name());

    private ChangeQueryAction Query() => new(statements.Expressions.Query(2));

    private AlterAction TableOnly() => random.Next(3) switch
    {
        0 => new RenameColumnAction(statements.Name(), statements.Name()),
        1 => new AddPartitionsAction(
            statements.List(() => new PartitionDefinition(statements.Partition(1), statements.Options(0)), 1, 2), statements.Bool()),
        _ => new DropPartitionsAction(
            statements.List(() => new PartitionDefinition(statements.Partition(1)), 1, 2), statements.Bool()),
    };

    private AlterAction Schema() => random.Next(7) switch
    {
        0 => new DropColumnsAction(statements.List(statements.Name, 1, 2)),
        1 => new DropConstraintAction(statements.Bool() ? null : statements.Identifier()),
        2 => new DropWatermarkAction(),
        3 => new DropDistributionAction(),
        4 => new ChangeElementsAction(statements.Bool(), [], Distribution: statements.Distribution()),
        _ => new ChangeElementsAction(
            statements.Bool(), statements.List(Placed, 1, 2), statements.List(statements.Key, 0, 1),
            statements.List(statements.Watermark, 0, 1)),
    };

    private PlacedColumn Placed()
    {
        ColumnDefinition column = statements.Column();
        while (column is UntypedColumn)
        {
            column = statements.Column();
        }

        bool isFirst = statements.Bool();
        return new PlacedColumn(column, isFirst, isFirst || statements.Bool() ? null : statements.Name());
    }

    private AlterAction Materialized() => random.Next(7) switch
    {
        0 => new SuspendAction(),
        1 => new ResumeAction(statements.Options(0)),
        2 => new RefreshAction(statements.Partition(0)),
        3 => new SetFreshnessAction(statements.Expressions.Expression(0)),
        4 => new SetRefreshModeAction(statements.Bool() ? RefreshMode.Full : RefreshMode.Continuous),
        5 => Options(),
        _ => Query(),
    };
}
