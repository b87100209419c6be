package main

import (
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/restmapper"
)

// checkUntyped checks the clients that know no types: discovery, dynamic and metadata.
func checkUntyped() {
	config := newConfig("")
	finder := discovery.NewDiscoveryClientForConfigOrDie(config)
	untyped := dynamic.NewForConfigOrDie(config)

	check("finds all resources in every form of discovery", func() error {
		count := func(finder *discovery.DiscoveryClient) (int, error) {
			_, lists, err := finder.ServerGroupsAndResources()
			n := 0
			for _, list := range lists {
				n += len(list.APIResources)
			}
			return n, err
		}
		aggregated, err := count(finder)
		if err != nil {
			return err
		}
		// It reads JSON alone, even where it would ask for CBOR.
		legacy := discovery.NewDiscoveryClientForConfigOrDie(newConfig(runtime.ContentTypeJSON))
		legacy.UseLegacyDiscovery = true
		separate, err := count(legacy)
		if err != nil {
			return err
		}
		preferred, err := finder.ServerPreferredNamespacedResources()
		if err != nil {
			return err
		}
		if aggregated < 20 || len(preferred) < 3 {
			return fmt.Errorf("%d resources, %d versions", aggregated, len(preferred))
		}
		return wanted("aggregated", aggregated, separate)
	})

	check("reads OpenAPI v3 of every group version", func() error {
		paths, err := finder.OpenAPIV3().Paths()
		if err != nil {
			return err
		}
		for _, path := range []string{"api/v1", "apis/networking.k8s.io/v1", "apis/discovery.k8s.io/v1"} {
			version, found := paths[path]
			if !found {
				return fmt.Errorf("no %s in %v", path, paths)
			}
			for _, form := range []string{runtime.ContentTypeJSON, "application/com.github.proto-openapi.spec.v3@v1.0+protobuf"} {
				document, err := version.Schema(form)
				if err != nil {
					return fmt.Errorf("%s: %w", path, err)
				}
				if len(document) < 1000 {
					return fmt.Errorf("%s: %d bytes", path, len(document))
				}
			}
		}
		return nil
	})

	check("reads OpenAPI v2 in protobuf", func() error {
		document, err := finder.OpenAPISchema()
		if err != nil {
			return err
		}
		for _, definition := range document.GetDefinitions().GetAdditionalProperties() {
			if definition.GetName() == "io.k8s.api.networking.v1.Ingress" {
				return nil
			}
		}
		return errors.New("no Ingress in it")
	})

	check("works on objects of any kind by discovery", func() error {
		mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(finder))
		mapping, err := mapper.RESTMapping(schema.GroupKind{Group: "networking.k8s.io", Kind: "NetworkPolicy"})
		if err != nil {
			return err
		}
		policies := untyped.Resource(mapping.Resource).Namespace(namespace)
		object := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
			"metadata": map[string]any{"name": "untyped"},
			"spec":     map[string]any{"podSelector": map[string]any{}},
		}}
		if _, err := policies.Create(ctx, object, metav1.CreateOptions{}); err != nil {
			return err
		}
		object.Object["spec"].(map[string]any)["policyTypes"] = []any{"Egress"}
		applied, err := policies.Apply(ctx, "untyped", object, metav1.ApplyOptions{FieldManager: "mine", Force: true})
		if err != nil {
			return err
		}
		got, _, err := unstructured.NestedStringSlice(applied.Object, "spec", "policyTypes")
		if err != nil {
			return err
		}
		object.Object["spec"].(map[string]any)["nonsense"] = true
		_, strict := policies.Create(ctx, object, metav1.CreateOptions{FieldValidation: "Strict"})
		return errors.Join(wanted("types", got, []string{"Egress"}),
			refused("unknown field", strict, apierrors.IsBadRequest),
			policies.Delete(ctx, "untyped", metav1.DeleteOptions{}))
	})

	check("reads one object in each of its versions", func() error {
		for _, version := range []schema.GroupVersion{{Group: "networking.k8s.io", Version: "v1"},
			{Group: "networking.k8s.io", Version: "v1beta1"}, {Group: "extensions", Version: "v1beta1"}} {
			object, err := untyped.Resource(version.WithResource("ingresses")).Namespace(namespace).
				Get(ctx, "json-first", metav1.GetOptions{})
			if err != nil {
				return err
			}
			field := "backend"
			if version.Version == "v1" {
				field = "defaultBackend"
			}
			if _, found, _ := unstructured.NestedMap(object.Object, "spec", field); !found {
				return fmt.Errorf("%s: no %s in %v", version, field, object.Object)
			}
		}
		return nil
	})

	check("reads metadata alone", func() error {
		list, err := metadata.NewForConfigOrDie(config).
			Resource(schema.GroupVersionResource{Group: "networking.k8s.io", Version: "v1", Resource: "ingresses"}).
			Namespace(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		for _, item := range list.Items {
			if item.Name == "json-first" {
				return wanted("label", item.Labels["app"], "new")
			}
		}
		return errors.New("it is not listed")
	})
}
