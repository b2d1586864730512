using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Json;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Json;

/// <summary>Tells whether a text is JSON of a kind; UNKNOWN for NULL.</summary>
internal readonly struct IsJson : IRowOp<Utf8, bool>
{
    public static ScalarFunction Array { get; } = Make("ARRAY", "[1]", test => test.IsArray = true);

    public static ScalarFunction Object { get; } = Make("OBJECT", "{}", test => test.IsObject = true);

    public static ScalarFunction Scalar { get; } = Make("SCALAR", "1", test => test.IsScalar = true);

    public static ScalarFunction Value { get; } =
        Make("VALUE", "[1]", test => (test.IsArray, test.IsObject, test.IsScalar) = (true, true, true));

    public static unsafe bool Apply(Frame frame, Utf8 a, out bool result)
    {
        var test = (Test)frame.State!;
        result = test.Tape.Parse(a.Pointer, a.Length) && test.Tape[0].Kind switch
        {
            JsonKind.Array => test.IsArray,
            JsonKind.Object => test.IsObject,
            _ => test.IsScalar,
        };
        return true;
    }

    private static Function Make(string kind, string example, System.Action<Test> set) => new(
        $"IS JSON {kind}",
        [kind == "VALUE" ? "string IS [NOT] JSON [VALUE]" : $"string IS [NOT] JSON {kind}"],
        $"Tells whether a text is JSON{(kind == "VALUE" ? string.Empty : $" of the kind {kind}")}; UNKNOWN for NULL.",
        $"'{example}' IS JSON {kind}",
        arguments => Function.Bind(arguments, [Parameter.Text], SqlType.Boolean, canBeNull: false),
        (compiler, call, branch) => Compile(compiler, call, branch, set));

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch, System.Action<Test> set)
    {
        var test = new Test();
        set(test);
        int input = compiler.Compile(call.Arguments[0], branch);
        return compiler.Emit(
            new RowStep<IsJson, Utf8, bool>(input) { State = test }, Layout.Bit, branch, call.Location);
    }

    private sealed class Test
    {
        public JsonTape Tape { get; } = new();

        public bool IsArray { get; set; }

        public bool IsObject { get; set; }

        public bool IsScalar { get; set; }
    }
}
