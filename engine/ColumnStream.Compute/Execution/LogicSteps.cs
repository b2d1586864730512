namespace ColumnStream.Compute.Execution;

/// <summary>Joins two three-valued bitmaps by AND or OR.</summary>
internal sealed unsafe class KleeneStep(int a, int b, bool isAnd) : Step
{
    public override void Run(Frame frame)
    {
        ref Register x = ref frame[a];
        ref Register y = ref frame[b];
        ref Register result = ref frame[Result];
        ulong* target = (ulong*)result.Data;
        bool nulls = x.Valid is not null || y.Valid is not null;
        ulong* valid = (ulong*)result.HomeValid;
        for (int w = 0; w < 8; w++)
        {
            ulong left = ((ulong*)x.Data)[w];
            ulong right = ((ulong*)y.Data)[w];
            if (!nulls)
            {
                target[w] = isAnd ? left & right : left | right;
                continue;
            }

            ulong leftValid = x.Valid is null ? ulong.MaxValue : ((ulong*)x.Valid)[w];
            ulong rightValid = y.Valid is null ? ulong.MaxValue : ((ulong*)y.Valid)[w];
            left &= leftValid;
            right &= rightValid;
            target[w] = isAnd ? left & right : left | right;
            valid[w] = isAnd
                ? (leftValid & rightValid) | (leftValid & ~left) | (rightValid & ~right)
                : (leftValid & rightValid) | left | right;
        }

        result.Valid = nulls ? result.HomeValid : null;
    }
}

/// <summary>Negates a bitmap; UNKNOWN stays UNKNOWN.</summary>
internal sealed unsafe class NotStep(int a) : Step
{
    public override void Run(Frame frame)
    {
        ref Register result = ref frame[Result];
        result.Valid = frame[a].Valid;
        for (int w = 0; w < 8; w++)
        {
            ((ulong*)result.Data)[w] = ~((ulong*)frame[a].Data)[w];
        }
    }
}

/// <summary>Names what a test asks of a three-valued bitmap; the answer is never UNKNOWN.</summary>
internal enum BitTest : byte
{
    /// <summary>Valid and true.</summary>
    True,

    /// <summary>Valid and false.</summary>
    False,

    /// <summary>Not null; the value does not matter, so any layout may be tested.</summary>
    Valid,
}

/// <summary>Tests truth or validity, optionally negated, optionally only inside a branch.</summary>
internal sealed unsafe class BitTestStep(int a, BitTest test, bool negate, int within = -1) : Step
{
    public override void Run(Frame frame)
    {
        ref Register source = ref frame[a];
        ref Register result = ref frame[Result];
        result.Valid = null;
        ulong* parent = within < 0 ? null : (ulong*)frame[within].Data;
        for (int w = 0; w < 8; w++)
        {
            ulong valid = source.Valid is null ? ulong.MaxValue : ((ulong*)source.Valid)[w];
            ulong bits = test switch
            {
                BitTest.True => ((ulong*)source.Data)[w] & valid,
                BitTest.False => ~((ulong*)source.Data)[w] & valid,
                _ => valid,
            };
            bits = negate ? ~bits : bits;
            ((ulong*)result.Data)[w] = parent is null ? bits : bits & parent[w];
        }
    }
}
