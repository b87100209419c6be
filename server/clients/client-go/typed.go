package main

import (
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	applyv1 "k8s.io/client-go/applyconfigurations/networking/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/pager"
	"k8s.io/client-go/util/retry"
)

var isNotFound = apierrors.IsNotFound

// checkTyped checks the typed clients. What the client of the form reads must be what the one that
// speaks JSON reads.
func checkTyped(form string, client, plain *kubernetes.Clientset) {
	ingresses := client.NetworkingV1().Ingresses(namespace)
	services := client.CoreV1().Services(namespace)
	name := func(suffix string) string { return form + "-" + suffix }

	check(form+": creates every kind and reads it as JSON does", func() error {
		if _, err := ingresses.Create(ctx, ingress(name("first"), map[string]string{"app": "web"}),
			metav1.CreateOptions{}); err != nil {
			return err
		}
		service, err := services.Create(ctx, &corev1.Service{
			ObjectMeta: metav1.ObjectMeta{GenerateName: name("svc-")},
			Spec: corev1.ServiceSpec{Type: corev1.ServiceTypeNodePort, Ports: []corev1.ServicePort{
				{Name: "http", Port: 80, TargetPort: intstr.FromString("web")}}},
		}, metav1.CreateOptions{})
		if err != nil {
			return err
		}
		if service.Spec.Ports[0].NodePort < 30000 || len(service.Spec.ClusterIPs) == 0 {
			return fmt.Errorf("nothing was allocated: %v", service.Spec)
		}
		if _, err := client.NetworkingV1().NetworkPolicies(namespace).Create(ctx, &networkingv1.NetworkPolicy{
			ObjectMeta: metav1.ObjectMeta{Name: name("policy")},
			Spec: networkingv1.NetworkPolicySpec{Ingress: []networkingv1.NetworkPolicyIngressRule{
				{From: []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{}}}}}},
		}, metav1.CreateOptions{}); err != nil {
			return err
		}
		if _, err := client.DiscoveryV1().EndpointSlices(namespace).Create(ctx, &discoveryv1.EndpointSlice{
			ObjectMeta:  metav1.ObjectMeta{Name: name("slice")},
			AddressType: discoveryv1.AddressTypeIPv6,
			Endpoints:   []discoveryv1.Endpoint{{Addresses: []string{"2001:db8::1"}}},
		}, metav1.CreateOptions{}); err != nil {
			return err
		}
		if _, err := client.NetworkingV1().IngressClasses().Create(ctx, &networkingv1.IngressClass{
			ObjectMeta: metav1.ObjectMeta{Name: name("class")},
			Spec:       networkingv1.IngressClassSpec{Controller: "example.com/controller"},
		}, metav1.CreateOptions{}); err != nil {
			return err
		}
		for what, read := range map[string]func(*kubernetes.Clientset) (runtime.Object, error){
			"ingresses": func(c *kubernetes.Clientset) (runtime.Object, error) {
				return c.NetworkingV1().Ingresses("").List(ctx, metav1.ListOptions{})
			},
			"services": func(c *kubernetes.Clientset) (runtime.Object, error) {
				return c.CoreV1().Services("").List(ctx, metav1.ListOptions{})
			},
			"policies": func(c *kubernetes.Clientset) (runtime.Object, error) {
				return c.NetworkingV1().NetworkPolicies("").List(ctx, metav1.ListOptions{})
			},
			"slices": func(c *kubernetes.Clientset) (runtime.Object, error) {
				return c.DiscoveryV1().EndpointSlices("").List(ctx, metav1.ListOptions{})
			},
			"classes": func(c *kubernetes.Clientset) (runtime.Object, error) {
				return c.NetworkingV1().IngressClasses().List(ctx, metav1.ListOptions{})
			},
			"namespaces": func(c *kubernetes.Clientset) (runtime.Object, error) {
				return c.CoreV1().Namespaces().List(ctx, metav1.ListOptions{})
			},
		} {
			got, err := read(client)
			if err != nil {
				return err
			}
			want, err := read(plain)
			if err != nil {
				return err
			}
			if !equality.Semantic.DeepEqual(got, want) {
				return fmt.Errorf("%s: %v is not %v", what, got, want)
			}
		}
		return client.NetworkingV1().IngressClasses().Delete(ctx, name("class"), metav1.DeleteOptions{})
	})

	check(form+": tells apart what is missing, there already, wrong and out of date", func() error {
		_, missing := ingresses.Get(ctx, "none", metav1.GetOptions{})
		_, twice := ingresses.Create(ctx, ingress(name("first"), nil), metav1.CreateOptions{})
		_, wrong := ingresses.Create(ctx, ingress("Not_a_name", nil), metav1.CreateOptions{})
		old, err := ingresses.Get(ctx, name("first"), metav1.GetOptions{})
		if err != nil {
			return err
		}
		old.Labels["app"] = "new"
		if _, err := ingresses.Update(ctx, old, metav1.UpdateOptions{}); err != nil {
			return err
		}
		old.Labels["app"] = "lost"
		_, late := ingresses.Update(ctx, old, metav1.UpdateOptions{})
		var status apierrors.APIStatus
		if !errors.As(wrong, &status) || len(status.Status().Details.Causes) == 0 {
			return fmt.Errorf("no causes: %v", wrong)
		}
		return errors.Join(
			wanted("field", status.Status().Details.Causes[0].Field, "metadata.name"),
			refused("missing", missing, apierrors.IsNotFound),
			refused("twice", twice, apierrors.IsAlreadyExists),
			refused("wrong", wrong, apierrors.IsInvalid),
			refused("late", late, apierrors.IsConflict))
	})

	check(form+": lists by pages and by selectors", func() error {
		for i := range 25 {
			if _, err := ingresses.Create(ctx, ingress(fmt.Sprintf("%s-%02d", name("page"), i),
				map[string]string{"form": form, "parity": fmt.Sprint(i % 2)}), metav1.CreateOptions{}); err != nil {
				return err
			}
		}
		pages := 0
		pager := pager.New(pager.SimplePageFunc(func(options metav1.ListOptions) (runtime.Object, error) {
			pages++
			return ingresses.List(ctx, options)
		}))
		pager.PageSize = 10
		count := 0
		if err := pager.EachListItem(ctx, metav1.ListOptions{LabelSelector: "form=" + form},
			func(runtime.Object) error { count++; return nil }); err != nil {
			return err
		}
		odd, err := ingresses.List(ctx, metav1.ListOptions{LabelSelector: "parity notin (0),form=" + form})
		if err != nil {
			return err
		}
		one, err := ingresses.List(ctx, metav1.ListOptions{FieldSelector: "metadata.name=" + name("page-07")})
		if err != nil {
			return err
		}
		return errors.Join(wanted("listed", count, 25), wanted("pages", pages, 3),
			wanted("odd", len(odd.Items), 12), wanted("named", len(one.Items), 1))
	})

	check(form+": patches with json, merge and strategic merge patches", func() error {
		_, err := services.Create(ctx, &corev1.Service{
			ObjectMeta: metav1.ObjectMeta{Name: name("patched")},
			Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: "a", Port: 80}}},
		}, metav1.CreateOptions{})
		if err != nil {
			return err
		}
		for _, patch := range []struct {
			kind types.PatchType
			body string
			want string
		}{
			{types.StrategicMergePatchType, `{"spec":{"ports":[{"name":"b","port":443}]}}`, "b a"},
			{types.StrategicMergePatchType, `{"spec":{"ports":[{"$patch":"delete","port":80}]}}`, "b"},
			{types.JSONPatchType, `[{"op":"replace","path":"/spec/ports/0/name","value":"c"}]`, "c"},
			{types.MergePatchType, `{"spec":{"ports":[{"name":"d","port":1},{"name":"e","port":2}]}}`, "d e"},
		} {
			patched, err := services.Patch(ctx, name("patched"), patch.kind, []byte(patch.body), metav1.PatchOptions{})
			if err != nil {
				return err
			}
			names := ""
			for _, port := range patched.Spec.Ports {
				names += " " + port.Name
			}
			if err := wanted(string(patch.kind), names, " "+patch.want); err != nil {
				return err
			}
		}
		return nil
	})

	check(form+": applies, meets a conflict, forces it, and takes over", func() error {
		apply := func(owner, host string, force bool) (*networkingv1.Ingress, error) {
			return ingresses.Apply(ctx, applyv1.Ingress(name("applied"), namespace).WithSpec(applyv1.IngressSpec().
				WithIngressClassName(host).
				WithRules(applyv1.IngressRule().WithHost("a.example.com"))),
				metav1.ApplyOptions{FieldManager: owner, Force: force})
		}
		if _, err := apply("one", "red", false); err != nil {
			return err
		}
		_, conflict := apply("two", "blue", false)
		forced, err := apply("two", "blue", true)
		if err != nil {
			return err
		}
		mine, err := applyv1.ExtractIngress(forced, "two")
		if err != nil {
			return err
		}
		return errors.Join(
			refused("conflict", conflict, apierrors.IsConflict),
			wanted("message", conflict.Error(),
				`Apply failed with 1 conflict: conflict with "one": .spec.ingressClassName`),
			wanted("class", *mine.Spec.IngressClassName, "blue"))
	})

	check(form+": changes the status through its subresource alone", func() error {
		return retry.RetryOnConflict(retry.DefaultRetry, func() error {
			old, err := ingresses.Get(ctx, name("first"), metav1.GetOptions{})
			if err != nil {
				return err
			}
			old.Status.LoadBalancer.Ingress = []networkingv1.IngressLoadBalancerIngress{{IP: "192.0.2.9"}}
			old.Spec.DefaultBackend.Service.Name = "ignored"
			updated, err := ingresses.UpdateStatus(ctx, old, metav1.UpdateOptions{})
			if err != nil {
				return err
			}
			return errors.Join(wanted("address", updated.Status.LoadBalancer.Ingress[0].IP, "192.0.2.9"),
				wanted("service", updated.Spec.DefaultBackend.Service.Name, "web"))
		})
	})

	check(form+": deletes with finalizers and by collection", func() error {
		held := ingress(name("held"), nil)
		held.Finalizers = []string{"example.com/hold"}
		if _, err := ingresses.Create(ctx, held, metav1.CreateOptions{}); err != nil {
			return err
		}
		if err := ingresses.Delete(ctx, held.Name, metav1.DeleteOptions{}); err != nil {
			return err
		}
		marked, err := ingresses.Get(ctx, held.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		if marked.DeletionTimestamp == nil {
			return errors.New("it is not marked")
		}
		marked.Finalizers = nil
		if _, err := ingresses.Update(ctx, marked, metav1.UpdateOptions{}); err != nil {
			return err
		}
		_, gone := ingresses.Get(ctx, held.Name, metav1.GetOptions{})
		other := types.UID("another")
		wrong := ingresses.Delete(ctx, name("first"), metav1.DeleteOptions{
			Preconditions: &metav1.Preconditions{UID: &other}})
		if err := ingresses.DeleteCollection(ctx, metav1.DeleteOptions{},
			metav1.ListOptions{LabelSelector: "form=" + form}); err != nil {
			return err
		}
		left, err := ingresses.List(ctx, metav1.ListOptions{LabelSelector: "form=" + form})
		if err != nil {
			return err
		}
		return errors.Join(refused("gone", gone, apierrors.IsNotFound),
			refused("precondition", wrong, apierrors.IsConflict), wanted("left", len(left.Items), 0))
	})
}
