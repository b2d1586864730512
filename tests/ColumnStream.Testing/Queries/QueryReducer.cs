using System;

namespace ColumnStream.Testing.Queries;

/// <summary>Makes a failing query smaller while it fails in the same way.</summary>
public static class QueryReducer
{
    /// <summary>Reduces; asks <paramref name="fails"/> at most <paramref name="budget"/> times.</summary>
    public static QueryNode Reduce(QueryNode query, Func<QueryNode, bool> fails, int budget = 400)
    {
        for (bool again = true; again;)
        {
            again = false;
            foreach (QueryNode simpler in query.Simpler())
            {
                if (budget-- <= 0)
                {
                    return query;
                }

                if (fails(simpler))
                {
                    query = simpler;
                    again = true;
                    break;
                }
            }
        }

        return query;
    }
}
