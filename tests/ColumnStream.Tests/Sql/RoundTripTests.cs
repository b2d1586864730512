using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Statements;
using ColumnStream.Testing.Sql;
using Xunit;

namespace ColumnStream.Tests.Sql;

/// <summary>Goal: printed text means what the tree meant. Method: random trees, printed and parsed, are compared.</summary>
public sealed class RoundTripTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Printed_statements_parse_to_equal_trees(int seed)
    {
        StatementGenerator generator = new(new Random(seed));
        for (int index = 0; index < 2_500; index++)
        {
            Statement statement = generator.Statement();
            string text = SqlPrinter.Print(statement);
            ParseResult result = SqlParser.Parse(text);
            Assert.True(result.IsSuccess, $"seed {seed}, {index}: {SqlDiagnosticFormatter.Format(result.Source, result.Diagnostics)}");
            Statement parsed = Assert.Single(result.Statements);
            Assert.True(parsed == statement, $"seed {seed}, {index}:\n{text}\n{Difference(statement, parsed)}");
            Assert.Equal(statement.GetHashCode(), parsed.GetHashCode());
            Assert.Equal(text, SqlPrinter.Print(parsed));
        }
    }

    [Fact]
    public void Every_kind_of_node_is_drawn()
    {
        HashSet<Type> seen = [];
        StatementGenerator generator = new(new Random(11));
        for (int index = 0; index < 10_000; index++)
        {
            Collect(generator.Statement(), seen);
        }

        // Parameters are numbered in the order of the text, which a drawn tree does not know.
        Collect(Assert.Single(SqlParser.Parse("SELECT ?").Statements), seen);

        Type[] missing =
        [
            .. typeof(SqlNode).Assembly.GetTypes()
                .Where(type => type.IsSubclassOf(typeof(SqlNode)) && !type.IsAbstract && !seen.Contains(type))
                .OrderBy(type => type.Name, StringComparer.Ordinal),
        ];
        Assert.Equal([], missing);
    }

    private static void Collect(object? value, HashSet<Type> seen)
    {
        if (value is SqlNode node)
        {
            seen.Add(node.GetType());
            foreach (System.Reflection.PropertyInfo property in node.GetType().GetProperties())
            {
                if (property.GetIndexParameters().Length == 0 && property.Name != "EqualityContract")
                {
                    Collect(property.GetValue(node), seen);
                }
            }
        }
        else if (value is System.Collections.IEnumerable items and not string)
        {
            foreach (object? item in items)
            {
                Collect(item, seen);
            }
        }
    }

    [Theory]
    [InlineData("SELECT f((DESCRIPTOR(a) BETWEEN 1 AND 2), DESCRIPTOR(b))")]
    [InlineData("SELECT SUM(a) OVER (ORDER BY b ROWS `UNBOUNDED` FOLLOWING) FROM t")]
    [InlineData("SELECT * FROM t MATCH_RECOGNIZE (AFTER MATCH SKIP TO `FIRST` PATTERN (A) DEFINE A AS TRUE)")]
    public void Texts_that_fuzzing_found_print_and_parse_back_equal(string text)
    {
        Statement statement = Assert.Single(SqlParser.Parse(text).Statements);
        ParseResult printed = SqlParser.Parse(SqlPrinter.Print(statement));
        Assert.True(printed.IsSuccess, SqlDiagnosticFormatter.Format(printed.Source, printed.Diagnostics));
        Assert.Equal(statement, Assert.Single(printed.Statements));
    }

    [Fact]
    public void Cut_and_mixed_statements_never_throw()
    {
        Random random = new(7);
        StatementGenerator generator = new(random);
        for (int index = 0; index < 1_000; index++)
        {
            string text = SqlPrinter.Print(generator.Statement());
            int from = random.Next(text.Length);
            int length = random.Next(text.Length - from);
            ParseResult cut = SqlParser.Parse(text.Remove(from, length));
            SqlDiagnosticFormatter.Format(cut.Source, cut.Diagnostics);
            char[] letters = text.ToCharArray();
            letters[from] = (char)random.Next(0x10000);
            ParseResult changed = SqlParser.Parse(new string(letters));
            SqlDiagnosticFormatter.Format(changed.Source, changed.Diagnostics);
        }
    }

    /// <summary>Finds the smallest pair of nodes that differ, for the failure's text.</summary>
    private static string Difference(object? left, object? right)
    {
        if (left is null || right is null || left.GetType() != right.GetType())
        {
            return $"{left?.GetType().Name} {left} <> {right?.GetType().Name} {right}";
        }

        if (left is System.Collections.IEnumerable and not string)
        {
            object?[] lefts = [.. ((System.Collections.IEnumerable)left).Cast<object?>()];
            object?[] rights = [.. ((System.Collections.IEnumerable)right).Cast<object?>()];
            int at = Enumerable.Range(0, Math.Min(lefts.Length, rights.Length)).FirstOrDefault(i => !Equals(lefts[i], rights[i]), -1);
            return at < 0 ? $"{lefts.Length} items <> {rights.Length} items" : Difference(lefts[at], rights[at]);
        }

        foreach (System.Reflection.PropertyInfo property in left.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0))
        {
            object? first = property.GetValue(left);
            object? second = property.GetValue(right);
            if (property.Name is not ("Span" or "Last") && !Equals(first, second))
            {
                return $"{left.GetType().Name}.{property.Name}: {Difference(first, second)}";
            }
        }

        return $"{left} <> {right}";
    }
}
