using System.Collections.Frozen;
using Crucible.Modules;
using Crucible.People;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Security;

/// <summary>What each permission takes, for pages, navigation and policies alike.</summary>
public sealed class Permissions(IEnumerable<Permission> declared)
{
    private readonly FrozenDictionary<string, Permission> _byName = declared.ToFrozenDictionary(p => p.Name);

    /// <summary>Every declared permission.</summary>
    public IEnumerable<Permission> All => _byName.Values;

    /// <summary>Whether this actor has a permission: <c>plugin.verb</c>, or <c>admin</c>. An unknown one nobody has.</summary>
    public bool Allows(Actor actor, string permission) =>
        permission == PermissionPolicies.Admin ? actor.Role == Role.Admin
        : _byName.TryGetValue(permission, out var known) && (actor.Role >= known.Least || actor.Grants.Contains(permission));

    internal bool Knows(string permission) => permission == PermissionPolicies.Admin || _byName.ContainsKey(permission);
}

/// <summary>Makes every permission usable as <c>[Authorize("plugin.verb")]</c>, and <c>[Authorize("admin")]</c> beside them.</summary>
internal sealed class PermissionPolicies(IOptions<AuthorizationOptions> options, Permissions permissions) : DefaultAuthorizationPolicyProvider(options)
{
    public const string Admin = "admin";

    public override Task<AuthorizationPolicy?> GetPolicyAsync(string policyName) => permissions.Knows(policyName)
        ? Task.FromResult<AuthorizationPolicy?>(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().AddRequirements(new Needs(policyName)).Build())
        : base.GetPolicyAsync(policyName);
}

/// <summary>That the actor has a permission.</summary>
internal sealed record Needs(string Permission) : IAuthorizationRequirement;

internal sealed class NeedsHandler(Permissions permissions, IHttpContextAccessor current) : AuthorizationHandler<Needs>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, Needs requirement)
    {
        var http = context.Resource as HttpContext ?? current.HttpContext;
        if (http?.Features.Get<Actor>() is { } actor && permissions.Allows(actor, requirement.Permission))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
