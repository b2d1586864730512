using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using ColumnStream.Server.Results;
using ColumnStream.Server.Security;

namespace ColumnStream.Server.Commands;

/// <summary>Keeps the users of a server: <c>columnstream user add NAME --role developer</c>.</summary>
internal static class UserCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "Name of the user." };
        Option<string> data = ServeCommand.DataOption();
        var role = new Option<string?>("--role") { Description = "viewer, developer, operator or admin; viewer without it." };
        role.AcceptOnlyFromAmong([.. Enum.GetValues<Role>().Select(AccessRules.Name)]);
        var password = new Option<bool>("--password-stdin") { Description = "Reads the password from standard input, one line." };
        var days = new Option<int?>("--days") { Description = "Days after which the token ends; it does not without it." };
        var add = new Command("add", "Makes a user, or changes role and password.") { name, data, role, password };
        add.SetAction(parsed => Change(parsed.GetValue(data)!, accounts =>
        {
            string? secret = parsed.GetValue(password) ? Console.In.ReadLine() ?? string.Empty : null;
            if (secret is { Length: < 8 })
            {
                throw new UserException(3111, "Password is too short: at least 8 characters are expected.");
            }

            accounts.Change(parsed.GetValue(name)!, user => user with
            {
                IsRemoved = false,
                Role = parsed.GetValue(role) ?? user.Role,
                Password = secret is null ? user.Password : PasswordHash.Of(secret),
            });
        }));
        var token = new Command("token", "Gives a user a new token and prints it; only its hash is kept.") { name, data, days };
        token.SetAction(parsed => Change(parsed.GetValue(data)!, accounts =>
        {
            string user = Known(accounts, parsed.GetValue(name)!);
            Console.Out.WriteLine(accounts.AddToken(
                user, parsed.GetValue(days) is int some ? TimeSpan.FromDays(Math.Clamp(some, 0, 36_500)) : null));
        }));
        var remove = new Command("remove", "Removes a user with all tokens.") { name, data };
        remove.SetAction(parsed => Change(
            parsed.GetValue(data)!,
            accounts => accounts.Change(
                Known(accounts, parsed.GetValue(name)!),
                static user => user with { IsRemoved = true, Password = null, Tokens = [] })));
        var list = new Command("list", "Lists users.") { data };
        list.SetAction(parsed => Change(parsed.GetValue(data)!, static accounts => TextTable.Print(
            Console.Out, ["user", "role", "password", "tokens"],
            accounts.Users.Select(static user => new[]
            {
                user.Name, user.Role, user.Password is null ? "no" : "yes", $"{user.Tokens.Count}",
            }))));
        return new Command("user", "Keeps the users of a server; a running one sees changes within two seconds.")
        {
            add, token, remove, list,
        };
    }

    private static string Known(Accounts accounts, string name) => accounts.Users.Any(user => user.Name == name)
        ? name : throw new UserException(3161, $"No user has the name '{name}'. 'columnstream user list' shows them.");

    private static int Change(string folder, Action<Accounts> change) => JobCommands.Guarded(() =>
    {
        string store = Path.Combine(folder, "store");
        if (!Directory.Exists(store))
        {
            throw new UserException(3111, $"Folder {folder} holds no server: 'columnstream serve --data {folder}' makes one.");
        }

        change(new Accounts(new LocalObjectStore(store), TimeProvider.System));
        return ExitCode.Done;
    });
}
