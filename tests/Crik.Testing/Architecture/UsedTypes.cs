using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace Crik.Testing.Architecture;

/// <summary>Translates what metadata refers to into the full names of the outermost types.</summary>
internal sealed class UsedTypes(MetadataReader metadata) : ISignatureTypeProvider<ImmutableArray<string>, object?>
{
    public string Outermost(TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        while (!type.GetDeclaringType().IsNil)
        {
            type = metadata.GetTypeDefinition(type.GetDeclaringType());
        }

        return Name(type.Namespace, type.Name);
    }

    /// <summary>The types that a type, a method, a field or a signature consists of.</summary>
    public ImmutableArray<string> Of(EntityHandle handle)
    {
        if (handle.IsNil)
        {
            return [];
        }

        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                return [Outermost((TypeDefinitionHandle)handle)];
            case HandleKind.TypeReference:
                return [Outermost((TypeReferenceHandle)handle)];
            case HandleKind.TypeSpecification:
                return metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
            case HandleKind.MethodDefinition:
                MethodDefinition method = metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                return [Outermost(method.GetDeclaringType()), .. Of(method.DecodeSignature(this, null))];
            case HandleKind.FieldDefinition:
                FieldDefinition field = metadata.GetFieldDefinition((FieldDefinitionHandle)handle);
                return [Outermost(field.GetDeclaringType()), .. field.DecodeSignature(this, null)];
            case HandleKind.MemberReference:
                MemberReference member = metadata.GetMemberReference((MemberReferenceHandle)handle);
                return [.. Of(member.Parent), .. member.GetKind() == MemberReferenceKind.Field ? member.DecodeFieldSignature(this, null) : Of(member.DecodeMethodSignature(this, null))];
            case HandleKind.MethodSpecification:
                MethodSpecification generic = metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                return [.. Of(generic.Method), .. generic.DecodeSignature(this, null).SelectMany(argument => argument)];
            case HandleKind.StandaloneSignature:
                StandaloneSignature signature = metadata.GetStandaloneSignature((StandaloneSignatureHandle)handle);
                return signature.GetKind() == StandaloneSignatureKind.Method ? Of(signature.DecodeMethodSignature(this, null)) : [.. signature.DecodeLocalSignature(this, null).SelectMany(local => local)];
            default:
                throw new NotSupportedException($"No rule tells which types a {handle.Kind} consists of.");
        }
    }

    public IEnumerable<string> OfAttributes(CustomAttributeHandleCollection attributes) =>
        attributes.SelectMany(handle => Of(metadata.GetCustomAttribute(handle).Constructor));

    public IEnumerable<string> OfConstraints(GenericParameterHandleCollection parameters) =>
        parameters.SelectMany(handle => metadata.GetGenericParameter(handle).GetConstraints()).SelectMany(handle => Of(metadata.GetGenericParameterConstraint(handle).Type));

    public ImmutableArray<string> GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => [Outermost(handle)];

    public ImmutableArray<string> GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => [Outermost(handle)];

    public ImmutableArray<string> GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) => Of(handle);

    public ImmutableArray<string> GetGenericInstantiation(ImmutableArray<string> genericType, ImmutableArray<ImmutableArray<string>> typeArguments) =>
        [.. genericType, .. typeArguments.SelectMany(argument => argument)];

    public ImmutableArray<string> GetFunctionPointerType(MethodSignature<ImmutableArray<string>> signature) => Of(signature);

    public ImmutableArray<string> GetModifiedType(ImmutableArray<string> modifier, ImmutableArray<string> unmodifiedType, bool isRequired) => [.. modifier, .. unmodifiedType];

    public ImmutableArray<string> GetArrayType(ImmutableArray<string> elementType, ArrayShape shape) => elementType;

    public ImmutableArray<string> GetByReferenceType(ImmutableArray<string> elementType) => elementType;

    public ImmutableArray<string> GetPinnedType(ImmutableArray<string> elementType) => elementType;

    public ImmutableArray<string> GetPointerType(ImmutableArray<string> elementType) => elementType;

    public ImmutableArray<string> GetSZArrayType(ImmutableArray<string> elementType) => elementType;

    public ImmutableArray<string> GetGenericMethodParameter(object? genericContext, int index) => [];

    public ImmutableArray<string> GetGenericTypeParameter(object? genericContext, int index) => [];

    public ImmutableArray<string> GetPrimitiveType(PrimitiveTypeCode typeCode) => [];

    private static ImmutableArray<string> Of(MethodSignature<ImmutableArray<string>> signature) =>
        [.. signature.ReturnType, .. signature.ParameterTypes.SelectMany(parameter => parameter)];

    private string Outermost(TypeReferenceHandle handle)
    {
        TypeReference type = metadata.GetTypeReference(handle);
        while (type.ResolutionScope.Kind == HandleKind.TypeReference)
        {
            type = metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope);
        }

        return Name(type.Namespace, type.Name);
    }

    private string Name(StringHandle @namespace, StringHandle name) => $"{metadata.GetString(@namespace)}.{metadata.GetString(name)}";
}
